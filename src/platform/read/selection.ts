import { isInterfaceType, isObjectType } from 'graphql';
import { Extensions } from 'type-graphql';
import type { FieldNode, FragmentDefinitionNode, GraphQLFieldMap, GraphQLResolveInfo, SelectionSetNode } from 'graphql';
import type { Row } from '../entity/node.js';
import { isUnread } from '../entity/columns.js';
import { columnOf, propertiesOf, selectList, shapeOf, type EntityClass } from '../entity/rows.js';

type Fragments = Readonly<Record<string, FragmentDefinitionNode | undefined>>;

/** All fields below a selection set, through fragments, whatever `@skip` and `@include` say: a column too many does no harm. */
function* fieldsOf(set: SelectionSetNode | undefined, fragments: Fragments): Generator<FieldNode> {
  for (const selection of set?.selections ?? []) {
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
export function selectedFields(info: GraphQLResolveInfo, paths: readonly string[] = ['']): Set<string> {
  const names = new Set<string>();
  for (const path of paths)
    for (const field of descend(info.fieldNodes, path ? path.split('.') : [], info.fragments)) names.add(field.name.value);
  return names;
}

const memory = new WeakMap<FieldNode, Map<string, unknown>>();

/** What `work` makes of the selection below this field, once a document: one that is executed again has the same nodes. */
export function remembered<T>(info: GraphQLResolveInfo, key: string, work: () => T): T {
  // With several nodes (the same field merged from two fragments) the first one does not say all: not worth remembering.
  if (info.fieldNodes.length > 1) return work();
  const node = info.fieldNodes[0]!;
  let known = memory.get(node);
  if (!known) memory.set(node, (known = new Map()));
  if (!known.has(key)) known.set(key, work());
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made above: the key says of what.
  return known.get(key) as T;
}

/**
 * What a field with a resolver says in its extensions about the row that it is given: properties that it stands on, or the only ones that it
 * stands on, and where it is another row, which one. A field is given its number and, where it does not say `readsOnly`, all that no caller can
 * ask for by name, keys of other rows mostly.
 */
export interface FieldReads {
  reads?: readonly string[];
  readsOnly?: readonly string[];
  refersTo?: EntityClass;
}

/** A method whose root, the first parameter, asks for no more than these columns of its row: the compiler refuses another. */
type Reader<E, P extends keyof E & string> = <M extends (row: Row<E, P>, ...rest: never[]) => unknown>(
  target: object,
  name: string | symbol,
  method: TypedPropertyDescriptor<M>,
) => void;

/** States the columns that a field's resolver reads of its row, beside the number. Without it, its root is to be a `Row<E, 'id'>`. */
export const Reads =
  <E extends object, P extends keyof E & string>(_entity: EntityClass<E>, ...reads: P[]): Reader<E, P> =>
  (target, name, method) =>
    Extensions({ reads } satisfies FieldReads)(target, name, method);

/** The same where that is all it needs, so that nothing else is read for it. */
export const ReadsOnly =
  <E extends object, P extends keyof E & string = never>(_entity: EntityClass<E>, ...readsOnly: P[]): Reader<E, P> =>
  (target, name, method) =>
    Extensions({ readsOnly } satisfies FieldReads)(target, name, method);

function shownFields(info: GraphQLResolveInfo, entity: EntityClass): GraphQLFieldMap<unknown, unknown> | undefined {
  const type = info.schema.getType(entity.name);
  return isObjectType(type) || isInterfaceType(type) ? type.getFields() : undefined;
}

/** The properties that no caller can ask for by name. */
function hiddenProperties(info: GraphQLResolveInfo, entity: EntityClass): string[] {
  const shown = shownFields(info, entity) ?? {};
  return propertiesOf(entity).filter((name) => !(name in shown) && !isUnread(entity, name));
}

/** The properties of `entity` to read for this field: its key, and what the fields asked for stand on. `always` adds those that an order needs. */
export function neededProperties<E extends object>(
  info: GraphQLResolveInfo,
  entity: EntityClass<E>,
  paths: readonly string[] = [''],
  always: readonly string[] = [],
): ReadonlySet<keyof E & string> {
  return remembered(info, `needed ${entity.name} ${paths.join()} ${always.join()}`, () => {
    const shown = shownFields(info, entity);
    const columns = propertiesOf(entity);
    // The rows stand behind fields of another type.
    if (!shown) return new Set(columns);
    const needed = new Set<string>(['id', ...always]);
    for (const name of selectedFields(info, paths)) {
      needed.add(name);
      const { resolve, extensions } = shown[name] ?? {};
      const { reads = [], readsOnly = hiddenProperties(info, entity) }: FieldReads = extensions ?? {};
      if (resolve) for (const each of [...reads, ...readsOnly]) needed.add(each);
    }
    return new Set(columns.filter((name) => needed.has(name)));
  });
}

/** The same for a resolver that makes something of the rows itself: with all that no caller can ask for by name. */
export const selectedProperties = <E extends object>(info: GraphQLResolveInfo, entity: EntityClass<E>): ReadonlySet<keyof E & string> =>
  remembered(info, `selected ${entity.name}`, () => neededProperties(info, entity, [''], hiddenProperties(info, entity)));

/** How the rows of an entity are read for a field: a select list under the alias `t`, and what joins the rows that they refer to. */
export interface Reading {
  columns: string;
  joins: string;
}

/** Reads what `neededProperties` says, and along with it the rows referred to: a statement less for each. */
export function readingFor(
  info: GraphQLResolveInfo,
  entity: EntityClass,
  paths: readonly string[] = [''],
  always: readonly string[] = [],
): Reading {
  return remembered(info, `reading ${entity.name} ${paths.join()} ${always.join()}`, () => {
    const reading = { columns: selectList(entity, neededProperties(info, entity, paths, always)), joins: '' };
    for (const name of selectedFields(info, paths)) {
      const { readsOnly: [key] = [], refersTo }: FieldReads = shownFields(info, entity)?.[name]?.extensions ?? {};
      if (!refersTo || !key) continue;
      const properties: ReadonlySet<string> = neededProperties(
        info,
        refersTo,
        paths.map((path) => (path ? `${path}.${name}` : name)),
      );
      for (const each of properties) reading.columns += `, "${name}"."${each}" as "${name}.${each}"`;
      const referred = `(select ${selectList(refersTo, properties)} from ${shapeOf(refersTo).table} t)`;
      reading.joins += ` left join ${referred} "${name}" on "${name}".id = ${columnOf(entity, key)}`;
    }
    return reading;
  });
}

/** The row that a row refers to, where it was read along with it; null where there is none, undefined where it was not. */
export function referredRow(row: Readonly<Record<string, unknown>>, info: GraphQLResolveInfo, to: EntityClass): Row | null | undefined {
  const id = row[`${info.fieldName}.id`];
  if (typeof id !== 'number') return id === null ? null : undefined;
  const referred: Row & Record<string, unknown> = { id };
  const properties: ReadonlySet<string> = neededProperties(info, to);
  for (const each of properties) referred[each] = row[`${info.fieldName}.${each}`];
  return referred;
}
