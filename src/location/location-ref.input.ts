import { Field, ID, InputType, Int } from 'type-graphql';
import { Name } from '../platform/entity/text.js';

@InputType({ description: 'Which location: by `id`, by `databaseId`, by `name`, or by `path`.' })
export class LocationRef {
  @Field(() => ID, { nullable: true, description: 'Its global id.' }) id?: string | null;
  @Field(() => Int, { nullable: true, description: "ProcessTracker's number of it, as `databaseId` answers it." }) databaseId?:
    number | null;
  @Field(() => Name, { nullable: true, description: 'Its name, the present one or a former one.' }) name?: string | null;
  @Field(() => Name, { nullable: true, description: 'Its path or URI; a slash at the end makes no difference.' }) path?: string | null;
}

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
