import { Field, ID, InputType } from 'type-graphql';
import { Name } from '../platform/entity/text.js';

@InputType({ description: 'Which process: either by `id` or by `name`.' })
export class ProcessRef {
  @Field(() => ID, { nullable: true, description: 'Its global id.' }) id?: string | null;
  @Field(() => Name, { nullable: true, description: 'Its name, the present one or a former one.' }) name?: string | null;
}
