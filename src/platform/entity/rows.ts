import type { EntityMetadata } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { nameTables } from '../lock-wait.js';
import { emptyIfNull, readingOf } from './columns.js';

/** A class that stands for a stored concept. */
export type EntityClass<E extends object = object> = abstract new () => E;

/** How one entity is read: its table, and the SQL of each property under the alias `t`. */
export interface Shape {
  name: string;
  table: string;
  /** Column of the surrogate key; link tables have none. */
  key: string | undefined;
  /** Property → column. */
  columns: ReadonlyMap<string, Column>;
  /** Foreign keys that point to it. */
  references: ForeignKey[];
}

/** A foreign key: the entity that has it, and its property there. */
interface ForeignKey {
  entity: EntityClass;
  name: string;
  property: string;
  column: string;
}

interface Column {
  column: string;
  /** What readers see of `t.column`, before it becomes text: what conditions are about. */
  shown: string;
  /** How a value is read from `t.column`. */
  read: string;
  /** Whether the empty text stands for null. */
  emptyIfNull: boolean;
  /** How a parameter is compared with the column: the type its text is cast to. */
  cast: string;
}

const rfc3339 = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;

/**
 * Times become RFC 3339 text in SQL: microseconds survive, and the answer and the cursor take the text as it is.
 * A time without zone is in the store's zone, which is the session's (`connectionOptions`).
 */
function reading(column: string, type: string, shownAs = (sql: string) => sql): Column {
  const shown = shownAs(`t.${column}`);
  const known = { column, shown, emptyIfNull: shownAs === emptyIfNull.sql };
  if (type.startsWith('timestamptz')) return { ...known, read: `to_char(${shown} at time zone 'UTC', ${rfc3339})`, cast: 'timestamptz' };
  if (type.startsWith('timestamp'))
    return { ...known, read: `to_char(${shown}::timestamptz at time zone 'UTC', ${rfc3339})`, cast: 'timestamptz::timestamp' };
  return { ...known, read: shown, cast: type };
}

const hidden = new Map<EntityClass, string>();

/** Keeps rows of an entity that fulfil a condition, as SQL about `t`, from callers that have their ids. */
export const hideRows = (entity: EntityClass, sql: string): Map<EntityClass, string> => hidden.set(entity, sql);

/** The condition that rows must fulfil to be found by their ids. */
export const visibleSql = (entity: EntityClass): string => (hidden.has(entity) ? ` and not (${hidden.get(entity)})` : '');

const shapes = new Map<EntityClass, Shape>();
let manager: SqlEntityManager | undefined;

/** MikroORM's entity manager, for a request's own fork of it. It has no connection: what it sends goes by the transaction that it is given. */
export function entityManager(): SqlEntityManager {
  if (!manager) throw new Error('`learnShapes` comes first');
  return manager;
}

/** Learns the entities' tables and columns; called once, when the program starts. */
export function learnShapes(em: SqlEntityManager): void {
  manager = em;
  const metadata = em.getMetadata();
  for (const meta of metadata.getAll().values() as Iterable<EntityMetadata>) {
    if (meta.abstract) continue;
    const columns = new Map(
      meta.props.map((prop) => [prop.name, reading(prop.fieldNames[0]!, prop.columnTypes[0]!, readingOf(meta.class, prop.name))]),
    );
    const [key, ...more] = meta.getPrimaryProps();
    shapes.set(meta.class as EntityClass, {
      name: meta.className,
      table: meta.tableName,
      key: more.length || key?.name !== 'id' ? undefined : key.fieldNames[0]!,
      columns,
      references: [],
    });
  }
  for (const [entity, shape] of shapes)
    for (const prop of [...metadata.getAll().values()].find((meta) => meta.className === shape.name)!.props)
      if (prop.targetMeta)
        shapes
          .get(prop.targetMeta.class as EntityClass)!
          .references.push({ entity, name: shape.name, property: prop.name, column: prop.fieldNames[0]! });
  nameTables([...shapes.values()].map(({ name, table, key, columns }) => ({ name, table, key, label: columns.get('name')?.column })));
}

/** The shape of an entity. Throws if the class is not in the list of entities, which is a mistake of ours. */
export function shapeOf(entity: EntityClass): Shape {
  const shape = shapes.get(entity);
  if (!shape) throw new Error(`${entity.name} is not an entity`);
  return shape;
}

/** The property by which rows of an entity refer to those of another, such as `processId`. Throws if there is none, which is a mistake of ours. */
export function referenceTo(target: EntityClass, from: EntityClass): string {
  const found = shapeOf(target).references.find(({ entity }) => entity === from);
  if (!found) throw new Error(`${from.name} does not refer to ${target.name}`);
  return found.property;
}

/** The properties of an entity that have a column. */
export const propertiesOf = <E extends object>(entity: EntityClass<E>): (keyof E & string)[] =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- learned from the decorators of these very properties.
  [...shapeOf(entity).columns.keys()] as (keyof E & string)[];

/** The entity with this GraphQL type name. */
export const entityNamed = (name: string): EntityClass | undefined => [...shapes].find(([, shape]) => shape.name === name)?.[0];

/** The SQL of one property under the alias `t`, as a value to compare or to order by. */
export const columnOf = (entity: EntityClass, property: string): string => {
  const column = shapeOf(entity).columns.get(property);
  if (!column) throw new Error(`${entity.name} has no column for ${property}`);
  return `t.${column.column}`;
};

/** Select list for the alias `t`, under property names. Without `properties`, all of them. */
export function selectList(entity: EntityClass, properties?: ReadonlySet<PropertyKey>): string {
  const list: string[] = [];
  for (const [property, column] of shapeOf(entity).columns)
    if (!properties || properties.has(property)) list.push(`${column.read} as "${property}"`);
  return list.join(', ');
}
