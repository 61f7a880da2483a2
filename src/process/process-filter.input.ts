import { Field, ID, InputType, Int } from 'type-graphql';
import { Decimal } from '../platform/entity/scalars.js';
import { LongText, Name } from '../platform/entity/text.js';
import { ProcessRef } from './process-ref.input.js';

@InputType({ description: 'A known attribute: by its global id, or by the names of its source, its object and itself.' })
export class FilterAttributeInput {
  @Field(() => ID, { nullable: true, description: 'Global id of the attribute, instead of the names.' }) id?: string | null;
  @Field(() => Name, { nullable: true, description: 'Name of the source.' }) source?: string | null;
  @Field(() => Name, { nullable: true, description: 'Name of the object in the source.' }) object?: string | null;
  @Field(() => Name, { nullable: true, description: 'Name of the attribute in the object.' }) attribute?: string | null;
}

@InputType({ description: 'What a condition compares with: one of the four.' })
export abstract class FilterValueInput {
  @Field(() => LongText, {
    nullable: true,
    description: 'The text to compare with. INVALID where the data type of the attribute holds numbers.',
  })
  text?: string | null;
  @Field(() => Decimal, {
    nullable: true,
    description: 'The number to compare with. It is taken as a text where the data type of the attribute holds text, and by `lke`.',
  })
  number?: string | null;
  @Field(() => [LongText], { nullable: true, description: 'The texts to compare with, for `in`: a set, kept in order, each once.' })
  texts?: string[] | null;
  @Field(() => [Decimal], { nullable: true, description: 'The numbers to compare with, for `in`: a set, kept in order, each once.' })
  numbers?: string[] | null;
}

const operators = 'eq, lt, gt, lte, gte, not, lke, in, or the code of a filter type of your own';
const groups = 'Number of its group, from 1: conditions of one group hold together (and), of the groups one is enough (or).';

@InputType({ description: 'A condition by which a process chooses rows. Give exactly one of `text`, `number`, `texts`, `numbers`.' })
export class ProcessFilterInput extends FilterValueInput {
  @Field(() => FilterAttributeInput, { description: 'The attribute that is compared.' }) attribute!: FilterAttributeInput;
  @Field(() => Name, { description: `How it is compared: ${operators}.` }) operator!: string;
  @Field(() => Int, { defaultValue: 1, description: groups }) group?: number | null;
}

@InputType({ description: 'Conditions to add to a process.' })
export class AddProcessFiltersInput {
  @Field(() => ProcessRef, { description: 'The process that chooses rows by them.' }) process!: ProcessRef;
  @Field(() => [ProcessFilterInput], { description: 'The conditions, at least one.' }) filters!: ProcessFilterInput[];
}

@InputType({
  description:
    'New parts of a condition; what is left out stays. Of `text`, `number`, `texts` and `numbers` give one, or none to keep the value.',
})
export class UpdateProcessFilterInput extends FilterValueInput {
  @Field(() => ID, { description: 'Global id of the filter.' }) id!: string;
  @Field(() => FilterAttributeInput, { nullable: true, description: 'The attribute that is compared from now on.' })
  attribute?: FilterAttributeInput | null;
  @Field(() => Name, { nullable: true, description: `How it is compared from now on: ${operators}.` }) operator?: string | null;
  @Field(() => Int, { nullable: true, description: groups }) group?: number | null;
}

@InputType({
  description: 'Conditions to take away: by their ids, or from a process by what they say.',
})
export class RemoveProcessFiltersInput {
  @Field(() => [ID], { nullable: true, description: 'Global ids of the filters, of any processes.' }) filterIds?: string[] | null;
  @Field(() => ProcessRef, { nullable: true, description: 'The process, together with `filters`.' })
  process?: ProcessRef | null;
  @Field(() => [ProcessFilterInput], { nullable: true, description: 'The conditions, as they were added.' })
  filters?: ProcessFilterInput[] | null;
}
