import { Field } from 'type-graphql';
import { Name } from '../platform/entity/text.js';
import type { NamedRef } from '../platform/read/references.js';
import { idFields, refInput } from '../platform/read/ref-input.js';

export class ProcessRef implements NamedRef {
  id?: string | null;
  databaseId?: number | null;
  @Field(() => Name, { nullable: true, description: 'Its name, or an alias.' }) name?: string | null;
  @Field(() => String, { nullable: true, description: 'Namespace of a reported job, together with `job`.' }) namespace?: string | null;
  @Field(() => Name, { nullable: true, description: 'Name of a reported job in its namespace.' }) job?: string | null;
}
idFields(ProcessRef.prototype);
refInput(ProcessRef, 'Identifies one Process in exactly one way: by `id`, by `databaseId`, by `name`, or by `namespace` and `job`.');
