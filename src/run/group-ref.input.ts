import { Field } from 'type-graphql';
import { Name } from '../platform/entity/text.js';
import { idFields, refInput } from '../platform/read/ref-input.js';

export class RunGroupRef {
  id?: string | null;
  databaseId?: number | null;
  @Field(() => Name, { nullable: true, description: 'Key of the group, case-sensitive.' }) key?: string | null;
}
idFields(RunGroupRef.prototype);
refInput(RunGroupRef, 'Identifies one RunGroup in exactly one way: by `id`, by `databaseId`, or by `key`.');
