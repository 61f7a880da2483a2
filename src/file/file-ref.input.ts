import { Field } from 'type-graphql';
import { Name } from '../platform/entity/text.js';
import { idFields, refInput } from '../platform/read/ref-input.js';

export class FileRef {
  id?: string | null;
  databaseId?: number | null;
  @Field(() => Name, { nullable: true, description: 'Name of its location, the present one or a former one.' }) location?: string | null;
  @Field(() => Name, { nullable: true, description: 'Path or URI of its location; a slash at the end makes no difference.' })
  path?: string | null;
  @Field(() => Name, { nullable: true, description: 'Its name in its location, exactly.' }) fileName?: string | null;
}
idFields(FileRef.prototype);
refInput(FileRef, 'Identifies one File in exactly one way: by `id`, by `databaseId`, or by `fileName` together with `location` or `path`.');
