import { getNamedType, GraphQLError, GraphQLScalarType, isInputObjectType, isInputType, Kind, typeFromAST, visit } from 'graphql';
import type { DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { compileQuery as compileByJit, isCompiledQuery, type CompiledQuery } from 'graphql-jit';

/** Stands for the type of a variable that has been read already. */
const asItIs = new GraphQLScalarType({ name: 'AsItIs', parseValue: (value) => value });

/**
 * Compiles an operation by graphql-jit; null where it cannot. Objects among the variables are read by GraphQL itself: graphql-jit writes out
 * the code that reads a variable, and would never be done with an input type that holds itself, as filters do.
 */
export function compileQuery(schema: GraphQLSchema, document: DocumentNode, operationName?: string): CompiledQuery['query'] | null {
  const operation = document.definitions.find(
    (each): each is OperationDefinitionNode =>
      each.kind === Kind.OPERATION_DEFINITION && (operationName === undefined || each.name?.value === operationName),
  );
  const objects = (operation?.variableDefinitions ?? []).filter(({ type }) => {
    const known = typeFromAST(schema, type as never);
    return isInputType(known) && isInputObjectType(getNamedType(known));
  });
  if (!objects.length) return compiled(compileByJit(schema, document, operationName));
  const withType = Object.create(schema, {
    getType: { value: (name: string) => (name === asItIs.name ? asItIs : schema.getType(name)) },
  }) as GraphQLSchema;
  const taken = visit(document, {
    VariableDefinition: (node) =>
      objects.includes(node)
        ? { ...node, type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: asItIs.name } }, defaultValue: undefined }
        : undefined,
  });
  const query = compiled(compileByJit(withType, taken, operationName));
  return (
    query &&
    ((root, context, variables) => {
      const { coerced, errors } = getVariableValues(schema, objects, variables ?? {});
      // As graphql-jit does, without the errors behind them: what is wrong with a variable is no error of a field.
      if (errors) return { errors: errors.map(({ message }) => new GraphQLError(message)) };
      return query(root, context, { ...variables, ...coerced });
    })
  );
}

const compiled = (result: CompiledQuery | ExecutionResult): CompiledQuery['query'] | null =>
  isCompiledQuery(result) ? result.query.bind(result) : null;
