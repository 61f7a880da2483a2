import { Field, Int } from 'type-graphql';
import { Name } from '../platform/entity/text.js';
import { idFields, refInput } from '../platform/read/ref-input.js';

export class RunRef {
  id?: string | null;
  databaseId?: number | null;
  @Field(() => Name, { nullable: true, description: 'Name of the run, where its start specified one.' }) name?: string | null;
  @Field(() => Name, { nullable: true, description: 'Name of its process, or an alias.' }) process?: string | null;
  @Field(() => Int, { nullable: true, description: 'Number of the run among those of `process`, from 1.' }) number?: number | null;
  @Field(() => Name, {
    nullable: true,
    description: 'Id of the run of `process` in the system that ran it, where it was recorded with one.',
  })
  externalId?: string | null;
}
idFields(RunRef.prototype);
refInput(
  RunRef,
  'Identifies one Run in exactly one way: by `id`, by `databaseId`, by `name`, or by `process` with `number` or `externalId`. `process` beside another one must be its process.',
);
