import { Field, ID, InputType, Int } from 'type-graphql';
import { Name } from '../platform/entity/text.js';

@InputType({ description: 'Which file: by `id`, by `databaseId`, or by `fileName` together with `location` or `path`.' })
export class FileRef {
  @Field(() => ID, { nullable: true, description: 'Its global id.' }) id?: string | null;
  @Field(() => Int, { nullable: true, description: "ProcessTracker's number of it, as `databaseId` answers it." }) databaseId?:
    number | null;
  @Field(() => Name, { nullable: true, description: 'Name of its location, the present one or a former one.' }) location?: string | null;
  @Field(() => Name, { nullable: true, description: 'Path or URI of its location; a slash at the end makes no difference.' })
  path?: string | null;
  @Field(() => Name, { nullable: true, description: 'Its name in its location, exactly.' }) fileName?: string | null;
}
