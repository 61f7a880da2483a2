import { Field, ID, InputType, Int } from 'type-graphql';
import { Decimal } from '../platform/entity/scalars.js';
import { LongText, Name } from '../platform/entity/text.js';
import { AttributeRef } from '../source/source-refs.input.js';
import { operatorsDoc } from './filters/filter-operator.js';
import { ProcessRef } from './process-ref.input.js';

@InputType({ description: 'A value that a condition compares with: either `text` or `number`.' })
export class ProcessFilterValueInput {
  @Field(() => LongText, { nullable: true, description: 'A text. INVALID where the data type of the attribute holds numbers.' })
  text?: string | null;
  @Field(() => Decimal, {
    nullable: true,
    description: 'A number. It becomes a text for an attribute that holds text, for `contains`, and beside a text in `values`.',
  })
  number?: string | null;
}

const groups = 'Number of its group, from 1. The conditions of one group are combined by and, the groups by or.';
const values =
  'The values to compare with: exactly one, or, for the operator `in`, at least one. The order and repetitions make no difference.';

@InputType({ description: 'A condition by which a process selects rows.' })
export class ProcessFilterInput {
  @Field(() => AttributeRef, { description: 'The attribute that is compared.' }) attribute!: AttributeRef;
  @Field(() => Name, { description: `The operator: ${operatorsDoc}.` }) operator!: string;
  @Field(() => [ProcessFilterValueInput], { description: values }) values!: ProcessFilterValueInput[];
  @Field(() => Int, { defaultValue: 1, description: groups }) group?: number | null;
}

@InputType({ description: 'A process and the conditions to add to it.' })
export class AddProcessFiltersInput {
  @Field(() => ProcessRef, { description: 'The process.' }) process!: ProcessRef;
  @Field(() => [ProcessFilterInput], { description: 'The conditions, at least one.' }) filters!: ProcessFilterInput[];
}

@InputType({
  description: 'The filter to change, and its new parts. An omitted part keeps its value.',
})
export class UpdateProcessFilterInput {
  @Field(() => ID, { description: 'Global id of the filter.' }) id!: string;
  @Field(() => AttributeRef, { nullable: true, description: 'The attribute that is compared.' }) attribute?: AttributeRef | null;
  @Field(() => Name, { nullable: true, description: `The operator: ${operatorsDoc}.` }) operator?: string | null;
  @Field(() => [ProcessFilterValueInput], { nullable: true, description: values }) values?: ProcessFilterValueInput[] | null;
  @Field(() => Int, { nullable: true, description: groups }) group?: number | null;
}

@InputType({
  description: 'The filters to remove: either by `filterIds`, or by `process` and `filters`.',
})
export class RemoveProcessFiltersInput {
  @Field(() => [ID], { nullable: true, description: 'Global ids of the filters, of any processes.' }) filterIds?: string[] | null;
  @Field(() => ProcessRef, { nullable: true, description: 'The process, together with `filters`.' })
  process?: ProcessRef | null;
  @Field(() => [ProcessFilterInput], { nullable: true, description: 'The conditions to remove.' })
  filters?: ProcessFilterInput[] | null;
}
