import { isInterfaceType, isObjectType } from 'graphql';
import type { FieldNode, FragmentDefinitionNode, GraphQLResolveInfo, SelectionNode, SelectionSetNode } from 'graphql';
import { shapeOf, type EntityClass } from './rows.js';

type Fragments = Readonly<Record<string, FragmentDefinitionNode | undefined>>;

/** All fields below a selection set, through fragments, whatever `@skip` and `@include` say: a column too many does no harm. */
function* fieldsOf(set: SelectionSetNode | undefined, fragments: Fragments): Generator<FieldNode> {
  for (const selection of (set?.selections ?? []) as SelectionNode[]) {
    if (selection.kind === 'Field') yield selection;
    else
      yield* fieldsOf(
        selection.kind === 'InlineFragment' ? selection.selectionSet : fragments[selection.name.value]?.selectionSet,
        fragments,
      );
  }
}

function* descend(nodes: Iterable<FieldNode>, path: readonly string[], fragments: Fragments): Generator<FieldNode> {
  const [step, ...rest] = path;
  for (const node of nodes)
    for (const field of fieldsOf(node.selectionSet, fragments)) {
      if (step === undefined) yield field;
      else if (field.name.value === step) yield* descend([field], rest, fragments);
    }
}

/** Names of the fields asked for below this field, at each of the paths given (a connection's rows stand at `nodes` and `edges.node`). */
function selectedFields(info: GraphQLResolveInfo, paths: readonly string[] = ['']): Set<string> {
  const names = new Set<string>();
  for (const path of paths)
    for (const field of descend(info.fieldNodes, path ? path.split('.') : [], info.fragments)) names.add(field.name.value);
  return names;
}

// A document that is executed again has the same nodes: what it selects is worked out once.
const remembered = new WeakMap<FieldNode, Map<string, ReadonlySet<string>>>();

/**
 * The properties of `entity` to read for this field: those asked for, and all that no caller can ask for by name (keys, foreign keys),
 * since field resolvers stand on them. `always` adds those that an order or a resolver needs.
 */
export function selectedProperties(
  info: GraphQLResolveInfo,
  entity: EntityClass,
  paths: readonly string[] = [''],
  always: readonly string[] = [],
): ReadonlySet<string> {
  const node = info.fieldNodes[0]!;
  const cacheKey = `${entity.name} ${paths.join()} ${always.join()}`;
  let perNode = remembered.get(node);
  if (!perNode) remembered.set(node, (perNode = new Map()));
  let properties = perNode.get(cacheKey);
  if (!properties) {
    const type = info.schema.getType(entity.name);
    const shown = isObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
    const asked = selectedFields(info, paths);
    properties = new Set(
      [...shapeOf(entity).columns.keys()].filter((name) => !(name in shown) || name === 'id' || asked.has(name) || always.includes(name)),
    );
    // With several nodes (the same field merged from two fragments) the first one does not say all: not worth remembering.
    if (info.fieldNodes.length === 1) perNode.set(cacheKey, properties);
  }
  return properties;
}
