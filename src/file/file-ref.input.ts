import { Field } from 'type-graphql';
import { Name } from '../platform/entity/text.js';
import { idFields, refInput } from '../platform/read/ref-input.js';

export class FileRef {
  id?: string | null;
  databaseId?: number | null;
  @Field(() => Name, { nullable: true, description: 'Name of its location, or an alias.' }) location?: string | null;
  @Field(() => Name, { nullable: true, description: 'Path or URI of its location. A slash at the end is ignored.' })
  path?: string | null;
  @Field(() => Name, { nullable: true, description: 'Its exact name in its location.' }) fileName?: string | null;
}
idFields(FileRef.prototype);
refInput(FileRef, 'Identifies one File in exactly one way: by `id`, by `databaseId`, or by `fileName` together with `location` or `path`.');
