import { Field, ID, InputType, Int } from 'type-graphql';
import { Name } from '../platform/entity/text.js';

@InputType({ description: 'Which location: by `id`, by `trackingId`, by `name`, or by `path`.' })
export class LocationRefInput {
  @Field(() => ID, { nullable: true, description: 'Its global id.' }) id?: string | null;
  @Field(() => Int, { nullable: true, description: "ProcessTracker's number of it, as `trackingId` answers it." }) trackingId?:
    number | null;
  @Field(() => Name, { nullable: true, description: 'Its name, the present one or a former one.' }) name?: string | null;
  @Field(() => Name, { nullable: true, description: 'Its path or URI; a slash at the end makes no difference.' }) path?: string | null;
}

@InputType({
  description:
    'Where files lie: a known location by `id`, by `trackingId` or by `name`, or any by `path`, which is made where it is new. `name` beside `path` is the name of a new one, and must be that of a known one.',
})
export class FileLocationInput extends LocationRefInput {
  @Field(() => Name, {
    nullable: true,
    description: 'Kind of a new location, made where it is new. Needed only where the path does not tell it by its scheme.',
  })
  type?: string | null;
}
