import { isDeepStrictEqual } from 'node:util';
import {
  Kysely,
  PostgresAdapter,
  PostgresQueryCompiler,
  sql,
  type Compilable,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Generated,
  type QueryResult,
} from 'kysely';
import type { Tx } from '../database.js';
import type { Row } from '../entity/node.js';
import { entityManager, shapeOf, type EntityClass } from '../entity/rows.js';

/**
 * Single rows are written through MikroORM: its Kysely, in which tables are entities and columns their properties, over the transaction of the
 * mutation (docs/decisions/0018-single-rows-by-mikro-orm.md). Values are bound, and statements prepared, as in our own SQL.
 */

/** The columns of an entity, all of which may be left out when a row is made: the database refuses what it needs. */
type Table<E> = { [P in keyof Row<E>]: Generated<Row<E>[P]> };
type Tables<C> = { [Name in keyof C]: C[Name] extends EntityClass<infer E> ? Table<E> : never };

/** What a factory for all entities knows of them: a number and a name, if so much. Their other properties it is given at run time. */
type AnyEntity<E> = keyof E extends 'id' | 'name' ? true : false;

/** A property of an entity. Where the code knows the entity, it is checked. */
type Property<E> = AnyEntity<E> extends true ? string : keyof Row<E> & string;

/** Property → value; what a row needs is not checked here, but by the database. */
export type Values<E extends object> =
  AnyEntity<E> extends true ? Readonly<Record<string, unknown>> : { readonly [P in keyof Row<E>]?: Row<E>[P] };

/** What Kysely asks a database for, answered by a transaction that is running. It begins and ends none itself. */
function dialectOver(tx: Tx): Dialect {
  const connection: DatabaseConnection = {
    executeQuery: async <R>({ sql: text, parameters }: { sql: string; parameters: readonly unknown[] }): Promise<QueryResult<R>> => ({
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rows are what the caller's statement answers.
      rows: (await tx.query(text, [...parameters])) as R[],
    }),
    streamQuery() {
      throw new Error('rows of a transaction are not streamed');
    },
  };
  const nothing = async () => undefined;
  const driver: Driver = {
    init: nothing,
    acquireConnection: async () => connection,
    releaseConnection: nothing,
    beginTransaction: nothing,
    commitTransaction: nothing,
    rollbackTransaction: nothing,
    destroy: nothing,
  };
  return {
    createDriver: () => driver,
    createAdapter: () => new PostgresAdapter(),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createIntrospector() {
      throw new Error('the entities tell what there is');
    },
  };
}

const opened = new WeakMap<Tx, Kysely<unknown>>();

/** MikroORM's Kysely in a transaction. Names in it are those of the entities given, as `entitiesIn(tx, { RunGroup })`, and of their properties. */
export function entitiesIn<C extends Record<string, EntityClass>>(tx: Tx, _entities: C): Kysely<Tables<C>> {
  let kysely = opened.get(tx);
  if (!kysely) {
    const em = entityManager().fork();
    em.setTransactionContext(new Kysely({ dialect: dialectOver(tx) }));
    kysely = em.getKysely<unknown>({ tableNamingStrategy: 'entity', columnNamingStrategy: 'property' });
    opened.set(tx, kysely);
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the entities have these very properties.
  return kysely as Kysely<Tables<C>>;
}

/** The same for entities that are known at run time only. */
export const anyEntityIn = (tx: Tx) => entitiesIn(tx, {}) as Kysely<Record<string, Record<string, unknown>>>;

const texts = new Map<string, string>();
/** So many texts are kept: a caller chooses which properties a statement has. */
const maxTexts = 1000;

/**
 * Runs a statement that sets these values, in the rows with those. Its text is kept for each set of properties, since to make it takes longer than to
 * run it.
 */
async function run<R extends object>(
  tx: Tx,
  verb: string,
  entity: EntityClass,
  set: Readonly<Record<string, unknown>>,
  where: Readonly<Record<string, unknown>>,
  statement: (db: Kysely<Record<string, Record<string, unknown>>>) => Compilable,
): Promise<R[]> {
  // Null stands in the text of a condition, but not in that of a value.
  const rows = Object.entries(where).map(([name, value]) => [name, value === null]);
  const key = JSON.stringify([verb, entity.name, Object.keys(set), rows]);
  const values = [...Object.values(set), ...Object.values(where)];
  let text = texts.get(key);
  if (text === undefined) {
    const compiled = statement(anyEntityIn(tx)).compile();
    if (!isDeepStrictEqual(compiled.parameters, values)) return tx.query<R>(compiled.sql, [...compiled.parameters]);
    text = compiled.sql;
    if (texts.size < maxTexts) texts.set(key, text);
  }
  return tx.query<R>(text, values);
}

/** What is left out of some values is as if it were not there. */
const said = (values: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/**
 * Makes a row, and answers its number. `conflict`: properties that are unique together; where another row has these values, nothing is made, and the
 * answer is undefined.
 */
export async function insertRow<E extends { id: number }>(
  tx: Tx,
  entity: EntityClass<E>,
  values: Values<E>,
  conflict?: readonly Property<E>[],
): Promise<number | undefined> {
  const row = said(values);
  const [made] = await run<{ number: number }>(tx, `insert ${conflict?.join() ?? ''}`, entity, row, {}, (db) => {
    const insert = db.insertInto(entity.name).values(row);
    return (conflict ? insert.onConflict((on) => on.columns(conflict).doNothing()) : insert).returning(
      sql<number>`${sql.ref(shapeOf(entity).key!)}`.as('number'),
    );
  });
  return made?.number;
}

/** Makes the row of a link, which is known by all of its values; answers whether it was not there. */
export async function insertLink<E extends object>(tx: Tx, entity: EntityClass<E>, values: Values<E>): Promise<boolean> {
  const row = said(values);
  const made = await run(tx, 'link', entity, row, {}, (db) =>
    db
      .insertInto(entity.name)
      .values(row)
      .onConflict((on) => on.columns(Object.keys(row)).doNothing())
      .returning(sql`1`.as('made')),
  );
  return made.length > 0;
}

/** A condition that is left out by mistake must not choose all rows. */
function chosen(where: object): Readonly<Record<string, unknown>> {
  const values: unknown[] = Object.values(where);
  if (!values.length || values.includes(undefined)) throw new Error('a condition says which rows are meant');
  return { ...where };
}

/** Changes rows; answers how many there were. */
export async function updateRows<E extends object>(tx: Tx, entity: EntityClass<E>, where: Values<E>, changes: Values<E>): Promise<number> {
  const [set, rows] = [said(changes), chosen(where)];
  const changed = await run(tx, 'update', entity, set, rows, (db) =>
    db
      .updateTable(entity.name)
      .set(set)
      .where((eb) => eb.and(rows))
      .returning(sql`1`.as('changed')),
  );
  return changed.length;
}

/** Deletes rows; answers how many there were. */
export async function deleteRows<E extends object>(tx: Tx, entity: EntityClass<E>, where: Values<E>): Promise<number> {
  const rows = chosen(where);
  const gone = await run(tx, 'delete', entity, {}, rows, (db) =>
    db
      .deleteFrom(entity.name)
      .where((eb) => eb.and(rows))
      .returning(sql`1`.as('gone')),
  );
  return gone.length;
}
