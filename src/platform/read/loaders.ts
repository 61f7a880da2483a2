import DataLoader from 'dataloader';
import type { Database, Queries } from '../database.js';
import type { Row } from '../entity/node.js';
import { selectList, shapeOf, visibleSql, type EntityClass } from '../entity/rows.js';

/** What must be computed before some SQL can be made. */
export type Preparation = (db: Queries) => Promise<unknown>;

/** The DataLoaders of one request, by name: everything asked for in one tick is one statement. */
export class Loaders {
  readonly #loaders = new Map<string, DataLoader<unknown, unknown>>();

  constructor(readonly db: Database) {}

  /**
   * The loader with this name, made on first use. The name must hold everything that changes the answer (arguments, columns),
   * so that a field asked for twice under two aliases has two loaders.
   */
  get<K, V>(name: string, batch: (keys: readonly K[]) => Promise<readonly (V | Error)[]>): DataLoader<K, V> {
    const known = this.#loaders.get(name);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made below: the name says what it loads.
    if (known) return known as DataLoader<K, V>;
    const loader = new DataLoader<K, V>(batch, { maxBatchSize: 50_000 });
    this.#loaders.set(name, loader);
    return loader;
  }

  /** A row by its primary key, or null. `properties` limits the columns that are read. */
  byId<E extends object, P extends keyof E & string = keyof E & string>(
    entity: EntityClass<E>,
    id: number | null | undefined,
    properties?: ReadonlySet<P>,
  ): Promise<Row<E, P> | null> {
    if (id === null || id === undefined) return Promise.resolve(null);
    const { name, table, key, columns } = shapeOf(entity);
    return this.get<number, Row<E, P> | null>(`${name}(${properties ? [...properties].join() : '*'})`, async (ids) => {
      const select = `select ${selectList(entity, properties)} from ${table} t`;
      // Through a subquery: their number would make a plan for each call look better than it is.
      const type = `${columns.get('id')!.cast}[]`;
      const rows = await this.db.query<Row<E, P>>(`${select} where t.${key} = any((select $1::${type})::${type})${visibleSql(entity)}`, [
        ids,
      ]);
      // A key of 64 bits is read as a text.
      const byId = new Map(rows.map((row) => [String(row.id), row]));
      return ids.map((each) => byId.get(String(each)) ?? null);
    }).load(id);
  }

  /** What a preparation answers, asked once however often it is needed. */
  prepared(prepare: Preparation): Promise<unknown> {
    return this.get<Preparation, unknown>('prepared', (all) => Promise.all(all.map((each) => each(this.db)))).load(prepare);
  }

  /** Forgets what was read: called after each write of the request. */
  clear(): void {
    this.#loaders.clear();
  }
}

/** Batch helper: groups rows that carry their parent's key, in the order of `keys`. */
export function grouped<R extends { __key: number }>(keys: readonly number[], rows: readonly R[]): R[][] {
  const groups = new Map<number, R[]>(keys.map((key) => [key, []]));
  for (const row of rows) groups.get(row.__key)?.push(row);
  return keys.map((key) => groups.get(key)!);
}
