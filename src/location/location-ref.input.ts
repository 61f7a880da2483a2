import { Field, InputType } from 'type-graphql';
import { Name } from '../platform/entity/text.js';
import { idFields, refInput } from '../platform/read/ref-input.js';

export class LocationRef {
  id?: string | null;
  databaseId?: number | null;
  @Field(() => Name, { nullable: true, description: 'Its name, or an alias.' }) name?: string | null;
  @Field(() => Name, { nullable: true, description: 'Its path or URI. A slash at the end is ignored.' }) path?: string | null;
}
idFields(LocationRef.prototype);
refInput(LocationRef, 'Identifies one Location in exactly one way: by `id`, by `databaseId`, by `name`, or by `path`.');

@InputType({
  description:
    'Location of files: an existing one by `id`, `databaseId` or `name`, or any by `path`, created if missing. `name` beside `path` is the name of a new location, and must be that of an existing one.',
})
export class FileLocationInput extends LocationRef {
  @Field(() => Name, {
    nullable: true,
    description: 'Type of a new location, created if missing. Required only if the scheme of the path does not show it.',
  })
  type?: string | null;
}
