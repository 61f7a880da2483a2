import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { withRetiredArgument } from '../../platform/write/retired-argument.js';

const placing =
  (resolve: GraphQLFieldResolver<unknown, unknown>): GraphQLFieldResolver<unknown, unknown> =>
  async (root, args, context, info) => {
    try {
      return await resolve(root, args, context, info);
    } catch (error) {
      throw withRetiredArgument(error, args);
    }
  };

/** Lets the errors of mutations that use a retired record name the argument that identifies it: the triggers that refuse it know the record alone. */
export function withRetiredArguments(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()!.getFields())) if (field.resolve) field.resolve = placing(field.resolve);
  return schema;
}
