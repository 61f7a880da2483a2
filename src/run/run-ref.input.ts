import { Field, ID, InputType, Int } from 'type-graphql';
import { Name } from '../platform/entity/text.js';

@InputType({
  description:
    'Which run: by `id`, by `databaseId`, by `name`, or by `process` and `number`. `process` beside another one must be its process.',
})
export class RunRef {
  @Field(() => ID, { nullable: true, description: 'Its global id.' }) id?: string | null;
  @Field(() => Int, { nullable: true, description: "ProcessTracker's number of it, as `databaseId` answers it." }) databaseId?:
    number | null;
  @Field(() => Name, { nullable: true, description: 'Its own name, where its start gave one.' }) name?: string | null;
  @Field(() => Name, { nullable: true, description: 'Name of its process, the present one or a former one.' }) process?: string | null;
  @Field(() => Int, { nullable: true, description: 'Its number among the runs of `process`: 1, 2, 3 and so on.' }) number?: number | null;
}
