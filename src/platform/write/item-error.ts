import { GraphQLJSON } from 'graphql-scalars';
import { Field, FieldResolver, ObjectType, Resolver, Root, type ClassType } from 'type-graphql';
import { shownMessage, shownValue, type DomainError } from '../errors.js';

@ObjectType({ description: 'What is wrong with one item of a request that has several; the others are not touched by it.' })
export class ItemError {
  @Field(() => String, { description: '`INVALID`, `NOT_FOUND`, `CONFLICT` or `FORBIDDEN`, as in `extensions.code` of an error.' })
  code!: string;
  @Field(() => String, { description: 'What is wrong, as a sentence.' }) message!: string;
  @Field(() => String, { nullable: true, description: 'Path of the argument within the item, where one is to blame.' }) argument!:
    string | null;
  @Field(() => GraphQLJSON, { nullable: true, description: 'The value that was given.' }) value!: unknown;
  @Field(() => GraphQLJSON, { nullable: true, description: 'What would have been accepted.' }) allowed!: unknown;
}

/** An error of one item as data of its payload. */
export const itemError = ({ code, message, details }: DomainError): ItemError => ({
  code,
  message: shownMessage(message),
  argument: details.argument ?? null,
  value: shownValue(details.value) ?? null,
  allowed: details.allowed ?? null,
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
