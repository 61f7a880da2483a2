import { Field, Int } from 'type-graphql';
import { Name } from '../platform/entity/text.js';
import { idFields, refInput } from '../platform/read/ref-input.js';

export class RunRef {
  id?: string | null;
  databaseId?: number | null;
  @Field(() => Name, { nullable: true, description: 'Its own name, where its start gave one.' }) name?: string | null;
  @Field(() => Name, { nullable: true, description: 'Name of its process, the present one or a former one.' }) process?: string | null;
  @Field(() => Int, { nullable: true, description: 'Its number among the runs of `process`: 1, 2, 3 and so on.' }) number?: number | null;
}
idFields(RunRef.prototype);
refInput(
  RunRef,
  'Identifies one Run in exactly one way: by `id`, by `databaseId`, by `name`, or by `process` and `number`. `process` beside another one must be its process.',
);
