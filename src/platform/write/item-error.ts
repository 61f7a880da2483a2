import { GraphQLJSON } from 'graphql-scalars';
import { Field, FieldResolver, ObjectType, registerEnumType, Resolver, Root, type ClassType } from 'type-graphql';
import { textAt } from '../text-at.js';
import { shownMessage, shownValue, type DomainError, type ErrorCode } from '../errors.js';
import { withNearest } from '../nearest.js';

const ErrorCodes = {
  INVALID: 'INVALID',
  NOT_FOUND: 'NOT_FOUND',
  CONFLICT: 'CONFLICT',
  FORBIDDEN: 'FORBIDDEN',
  UNAUTHENTICATED: 'UNAUTHENTICATED',
} as const satisfies { [Code in ErrorCode]: Code };
registerEnumType(ErrorCodes, {
  name: 'ErrorCode',
  description: 'Kind of an error, as in `extensions.code`.',
  valuesConfig: {
    INVALID: { description: 'An argument has a value that is not allowed.' },
    NOT_FOUND: { description: 'A record that an argument identifies does not exist.' },
    CONFLICT: { description: 'The request contradicts the present state of a record.' },
    FORBIDDEN: { description: 'The caller may not make this change.' },
    UNAUTHENTICATED: { description: 'The caller has not identified itself by a valid key.' },
  },
});

@ObjectType({ description: 'Error of one item of a request that has several items. The other items are not affected.' })
export class ItemError {
  @Field(() => ErrorCodes, { description: 'Kind of the error.' }) code!: ErrorCode;
  @Field(() => String, { description: 'The error as a sentence.' }) message!: string;
  @Field(() => String, { nullable: true, description: 'Path of the refused argument within the item; null if no single one is at fault.' })
  argument!: string | null;
  @Field(() => GraphQLJSON, { nullable: true, description: 'The refused value.' }) value!: unknown;
  @Field(() => GraphQLJSON, { nullable: true, description: 'The allowed values, or the rule for them.' }) allowed!: unknown;
  @Field(() => [String], { nullable: true, description: 'The nearest known names, where a name is unknown.' }) nearest!: string[] | null;
}

/** An error of one item as data of its payload. */
export function itemError(error: DomainError): ItemError {
  const { message, details } = withNearest(error);
  return {
    code: error.code,
    message: shownMessage(message),
    argument: details.argument ?? null,
    value: shownValue(details.value) ?? null,
    allowed: details.allowed ?? null,
    nearest: details.nearest ? [...details.nearest] : null,
  };
}

/** The result of an item that its mutation does not get to see, with what any kind of result says beside the error. */
export const refusedResult = (error: DomainError, item: unknown): object => ({
  ...{ error, created: false, changed: false, outcome: 'REFUSED', id: null, parentId: null, childId: null, cycle: null },
  kind: textAt(item, 'kind') ?? null,
});

/** The field `error` of the result of one item. */
export function itemErrorField(owner: ClassType): ClassType {
  @Resolver(() => owner)
  class ItemErrorField {
    @FieldResolver()
    error(@Root() { error }: { error?: DomainError | null }): ItemError | null {
      return error ? itemError(error) : null;
    }
  }
  return ItemErrorField;
}
