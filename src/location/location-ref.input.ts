import { Field, InputType } from 'type-graphql';
import { Name } from '../platform/entity/text.js';
import { idFields, refInput } from '../platform/read/ref-input.js';

export class LocationRef {
  id?: string | null;
  databaseId?: number | null;
  @Field(() => Name, { nullable: true, description: 'Its name, the present one or a former one.' }) name?: string | null;
  @Field(() => Name, { nullable: true, description: 'Its path or URI; a slash at the end makes no difference.' }) path?: string | null;
}
idFields(LocationRef.prototype);
refInput(LocationRef, 'Identifies one Location in exactly one way: by `id`, by `databaseId`, by `name`, or by `path`.');

@InputType({
  description:
    'Where files lie: a known location by `id`, by `databaseId` or by `name`, or any by `path`, which is made where it is new. `name` beside `path` is the name of a new one, and must be that of a known one.',
})
export class FileLocationInput extends LocationRef {
  @Field(() => Name, {
    nullable: true,
    description: 'Kind of a new location, made where it is new. Needed only where the path does not tell it by its scheme.',
  })
  type?: string | null;
}
