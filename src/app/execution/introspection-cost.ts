import {
  getNamedType,
  isLeafType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { getArgumentValues } from 'graphql/execution/values.js';

const metaFields: Readonly<Record<string, GraphQLField<unknown, unknown>>> = { __schema: SchemaMetaFieldDef, __type: TypeMetaFieldDef };

/** So many scalars of an object cost nothing: as many as any tool asks for. */
const freeScalars = 10;

/**
 * How many objects the introspection in an operation answers: counted one by one, since the schema is known, until there are more than `most`.
 * Of more scalars than an object has, which aliases can make, each counts as an object.
 */
export function introspectionCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
  most: number,
): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const fieldsOf = (set: SelectionSetNode): FieldNode[] =>
    set.selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection];
      const within = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      return within ? fieldsOf(within.selectionSet) : [];
    });
  const written = new Map<SelectionSetNode, FieldNode[]>();
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all that the resolvers of the introspection ask for.
  const info = { schema } as GraphQLResolveInfo;
  const known = new Map<FieldNode, Record<string, unknown>>();
  const resolve = (field: GraphQLField<unknown, unknown>, node: FieldNode, value?: unknown): unknown => {
    const args = known.get(node) ?? getArgumentValues(field, node, variables);
    known.set(node, args);
    return field.resolve!(value, args, undefined, info);
  };
  let cost = 0;

  const count = (value: unknown, field: GraphQLField<unknown, unknown>, node: FieldNode): void => {
    if (Array.isArray(value)) return value.forEach((each) => count(each, field, node));
    const type = getNamedType(field.type);
    if (value === null || value === undefined || !isObjectType(type) || !node.selectionSet || cost > most) return;
    const fields = written.get(node.selectionSet) ?? fieldsOf(node.selectionSet);
    written.set(node.selectionSet, fields);
    let scalars = 0;
    for (const below of fields) {
      const definition = type.getFields()[below.name.value];
      if (!definition || isLeafType(getNamedType(definition.type))) scalars++;
      else count(resolve(definition, below, value), definition, below);
    }
    cost += 1 + Math.max(0, scalars - freeScalars);
  };
  for (const node of fieldsOf(operation.selectionSet)) {
    const field = metaFields[node.name.value];
    if (field) count(resolve(field, node), field, node);
  }
  return cost;
}
