import { GraphQLJSON } from 'graphql-scalars';
import { Field, FieldResolver, ObjectType, Resolver, Root, type ClassType } from 'type-graphql';
import { shownMessage, shownValue, type DomainError } from '../errors.js';

@ObjectType({ description: 'Error of one item of a request with several items; the valid items are committed.' })
export class ItemError {
  @Field(() => String, { description: '`INVALID`, `NOT_FOUND`, `CONFLICT` or `FORBIDDEN`, as in `extensions.code` of an error.' })
  code!: string;
  @Field(() => String, { description: 'Message, one sentence.' }) message!: string;
  @Field(() => String, { nullable: true, description: 'Path of the argument within the item; null if no single one is wrong.' }) argument!:
    string | null;
  @Field(() => GraphQLJSON, { nullable: true, description: 'The value of the argument.' }) value!: unknown;
  @Field(() => GraphQLJSON, { nullable: true, description: 'The values, or the rule, that are allowed.' }) allowed!: unknown;
  @Field(() => [String], { nullable: true, description: 'The nearest known names, where a name is unknown.' }) nearest!: string[] | null;
}

/** An error of one item as data of its payload. */
export const itemError = ({ code, message, details }: DomainError): ItemError => ({
  code,
  message: shownMessage(message),
  argument: details.argument ?? null,
  value: shownValue(details.value) ?? null,
  allowed: details.allowed ?? null,
  nearest: details.nearest ? [...details.nearest] : null,
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
