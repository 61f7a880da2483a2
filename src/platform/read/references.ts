import type { Queries, Tx } from '../database.js';
import { attempt, DomainError, notFound, orThrow, raisedAs } from '../errors.js';
import { idOf } from '../entity/ids.js';
import type { Row } from '../entity/node.js';
import { selectList, shapeOf, type EntityClass } from '../entity/rows.js';
import { textAt } from '../text-at.js';
import { idByNameSql, nameArguments, type Named, type Naming } from './naming.js';
import { isGiven, whatIsMissing } from './missing-record.js';
import { nearestNames, type Missing } from './nearest-names.js';
import { checkOneWay } from './one-way.js';
import { partsOf } from './qualified-name.js';

/** For so many references of a list that mean no record the nearest known names are looked up. */
const maxLookedUp = 5;

/** What a reference is in, such as the source of an object: its argument, its type, and the SQL of its number from the row `w`. */
export interface Outer {
  argument: string;
  type: string;
  idSql: string;
  /** How its names are looked for, to find the nearest. */
  naming?: Naming;
}

/** The path of an argument of a reference, for errors; without one, of the reference. */
export type ArgumentPath = (argument?: string) => string;

/** How references of type `R` mean records of an entity. The SQL is asked for when it is needed: the entities are not known before. */
export interface RefKind<R extends object = object, E extends object = object> {
  entity: EntityClass<E>;
  /** What a reference says, as a row `w` of `columns`. @throws INVALID for one that says too little or too much */
  wanted(ref: R, path: ArgumentPath): object;
  /** Columns of `w` with their types. */
  columns: string;
  /** SQL of the number of the record that the row `w` means, by an index for each way; it may be that of no record, or null. */
  idSql(): string;
  /** A function that finds the records of a whole list, in place of `idSql`: the call that answers rows `w` with `i` and `id`. */
  foundSql?: string;
  /** Property to read in any case. */
  scope?: string | undefined;
  /** What it is in, from the outside in. */
  outer?(): readonly Outer[];
  /** How its own names are looked for, to find the nearest where one is unknown. */
  naming?: { entity: EntityClass; within?: Naming['within']; property?: string };
  /** The argument that says which one, when all that it is in is known. */
  by(ref: R): string;
  /** What the error calls it, behind `There is no Process`. Without it, its names. */
  called?(ref: R): string | undefined;
  /** The reference as errors may show it: without passwords. */
  shown?(ref: R): R;
  /** The reference with its names apart, where one text may hold all of them. */
  spelled?(ref: R, path: ArgumentPath): object;
}

/** How a row is kept from others: from being deleted, from being changed as well, from being linked as well. */
export type RowLock = 'key share' | 'no key update' | 'update';

export interface RefOptions<P extends string = never> {
  /** Path of the reference in this place, or of an argument of it, for errors. */
  at: (i: number, argument?: string) => string;
  /** Properties to read beside the number. */
  read?: readonly P[];
  /** A reference that is a number needs no look-up: the statement that takes it says whether there is such a record. */
  unchecked?: boolean;
}

/**
 * The records that references mean, or what is wrong with each: INVALID where one says too little or too much, NOT_FOUND naming the argument.
 * One statement for all of them, and one more where some are not found. `lock` keeps them as they are until the end of the transaction: they are
 * locked in the order of their numbers, as all callers do.
 */
export async function resolveRefs<R extends object, E extends object, P extends keyof E & string = never>(
  db: Tx,
  kind: RefKind<R, E>,
  refs: readonly R[],
  options: RefOptions<P> & { lock: RowLock },
): Promise<(Row<E, P> | DomainError)[]>;
export async function resolveRefs<R extends object, E extends object, P extends keyof E & string = never>(
  db: Queries,
  kind: RefKind<R, E>,
  refs: readonly R[],
  options: RefOptions<P>,
): Promise<(Row<E, P> | DomainError)[]>;
export async function resolveRefs<R extends object, E extends object, P extends keyof E & string = never>(
  db: Queries,
  kind: RefKind<R, E>,
  refs: readonly R[],
  { at, read = [], unchecked = false, lock }: RefOptions<P> & { lock?: RowLock },
): Promise<(Row<E, P> | DomainError)[]> {
  const answers: (Row<E, P> | DomainError | undefined)[] = [];
  const asked: { i: number; row: object }[] = [];
  for (const [i, ref] of refs.entries()) {
    const row = attempt(() => kind.wanted(ref, (argument) => at(i, argument)));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `unchecked` is for callers that need the number alone.
    if (unchecked && isNumberAlone(row)) answers[i] = row as Row<E, P>;
    else if (row instanceof DomainError) answers[i] = row;
    else asked.push({ i, row });
  }
  // Numbers need no names to be looked for.
  const way = asked.every(({ row }) => isNumberAlone(row)) ? { ...kind, ...byNumber } : kind;
  if (asked.length)
    for (const { i, ...row } of await db.query<Row<E, P> & { i: number }>(statement(way, read, lock), [asJson(asked)]))
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all but the place.
      answers[i] = row as object as Row<E, P>;
  const missing = asked.filter(({ i }) => !answers[i]);
  if (missing.length) {
    const outer = kind.outer?.() ?? [];
    const numbers = outer.map(({ idSql }) => idSql).join(', ');
    const known = new Map<number, (number | null)[]>();
    if (outer.length)
      for (const { i, ids } of await db.query<{ i: number; ids: (number | null)[] }>(
        `select w.i, array[${numbers}]::int[] as ids
         from ${recordsOf(kind)}`,
        [asJson(missing)],
      ))
        known.set(i, ids);
    for (const [n, { i }] of missing.entries()) {
      const lookUp = n < maxLookedUp ? (what: Missing) => nearestNames(db, what) : undefined;
      answers[i] = await whatIsMissing(kind, refs[i]!, outer, known.get(i) ?? [], (argument) => at(i, argument), lookUp);
    }
  }
  return answers.map((each) => each!);
}

/** The one record that a reference means. @throws INVALID or NOT_FOUND, naming the argument */
export async function resolveRef<R extends object, E extends object, P extends keyof E & string = never>(
  db: Tx,
  kind: RefKind<R, E>,
  ref: R,
  options: Omit<RefOptions<P>, 'at'> & { at: ArgumentPath; lock: RowLock },
): Promise<Row<E, P>>;
export async function resolveRef<R extends object, E extends object, P extends keyof E & string = never>(
  db: Queries,
  kind: RefKind<R, E>,
  ref: R,
  options: Omit<RefOptions<P>, 'at'> & { at: ArgumentPath },
): Promise<Row<E, P>>;
export async function resolveRef<R extends object, E extends object, P extends keyof E & string = never>(
  db: Queries,
  kind: RefKind<R, E>,
  ref: R,
  { at, ...options }: Omit<RefOptions<P>, 'at'> & { at: ArgumentPath },
): Promise<Row<E, P>> {
  const [found] = await resolveRefs<R, E, P>(db, kind, [ref], { ...options, at: (_, argument) => at(argument) });
  return orThrow(found!);
}

/** The error for a reference by number that means no record, where the statement that took the number found that out (`unchecked`). */
export function missingByNumber<R extends object>(kind: RefKind<R>, ref: R, path: ArgumentPath): DomainError {
  const by = isGiven(ref, 'id') ? 'id' : 'databaseId';
  return notFound(`There is no ${shapeOf(kind.entity).name} with this ${by}.`, { argument: path(by), value: Reflect.get(ref, by) });
}

/** For the failure of a statement that took the number of a reference: it says WB404 with the reference's path as its argument. @throws */
export const missingOr =
  <R extends object>(kind: RefKind<R>, ref: R | null | undefined, path: ArgumentPath) =>
  (error: unknown): never => {
    throw ref && raisedAs(error, 'WB404')?.argument === path() ? missingByNumber(kind, ref, path) : error;
  };

/**
 * The SQL of the number of the record that one reference means, from `$1`, and the value of `$1`; for queries that answer null where there is none.
 * @throws INVALID for a reference that says too little or too much
 */
export function idOfRef<R extends object>(kind: RefKind<R>, ref: R, path: ArgumentPath): { sql: string; value: unknown } {
  const row = kind.wanted(ref, path);
  if (isNumberAlone(row)) return { sql: '$1', value: row.id };
  const value = asJson([{ i: 0, row }]);
  return {
    sql: kind.foundSql ? `(select w.id from ${kind.foundSql} w)` : `(select ${kind.idSql()} from ${recordsOf(kind)})`,
    value,
  };
}

const isNumberAlone = (row: object): row is { id: number } =>
  typeof Reflect.get(row, 'id') === 'number' && Object.keys(row).every((key) => key === 'id' || !isGiven(row, key));

const asJson = (asked: readonly { i: number; row: object }[]) => JSON.stringify(asked.map(({ i, row }) => ({ ...row, i })));

/** The rows `w` of a list of references. */
const recordsOf = ({ columns }: { columns: string }) => `jsonb_to_recordset($1::jsonb) w(i int, ${columns})`;

const byNumber = { columns: 'id int', idSql: () => 'w.id', foundSql: undefined };

type Looking = Pick<RefKind, 'entity' | 'columns' | 'idSql' | 'scope'> & { foundSql?: string | undefined };

function statement(
  { entity, columns, idSql, foundSql, scope = 'id' }: Looking,
  read: readonly string[],
  lock: RowLock | undefined,
): string {
  const { table, key } = shapeOf(entity);
  if (foundSql && !read.length && !lock)
    return `select w.i, w.id
     from ${foundSql} w
     where w.id is not null`;
  const list = selectList(entity, new Set(['id', scope, ...read]));
  const wanted = `${foundSql ? `${foundSql} w` : recordsOf({ columns })}
     cross join lateral (select ${foundSql ? 'w.id' : idSql()} as id offset 0) n`;
  // Row by row, whatever the statistics say of a list: a join might read the whole table. Where writes are, the settings see to that.
  return lock
    ? `select w.i, ${list}
     from ${wanted}
     join ${table} t on t.${key} = n.id
     order by t.${key}
     for ${lock} of t`
    : `select w.i, ${list}
     from ${wanted}
     cross join lateral (select * from ${table} t where t.${key} = n.id offset 0) t`;
}

/** A reference by global id, by ProcessTracker's number, by name and the names of what it is in (which `textAt` reads), or by all of these in one text. */
export interface NamedRef {
  id?: string | null;
  databaseId?: number | null;
  name?: string | null;
  qualifiedName?: string | null;
}

/** References by id, by number, or by name with the names of what it is in. */
export function namedRefs<E extends Named>(naming: Naming<E>): RefKind<NamedRef, E> {
  const { entity } = naming;
  const names = nameArguments(naming);
  const outerOf = ({ within }: Naming): Outer[] =>
    within
      ? [
          ...outerOf(within.naming),
          {
            argument: within.argument,
            type: within.naming.entity.name,
            idSql: idByNameSql(within.naming, columnOf, within.argument),
            naming: within.naming,
          },
        ]
      : [];
  const ways = ['id', 'databaseId', ...(names.length > 1 ? ['qualifiedName'] : [])];
  const spelled = (ref: NamedRef, path: ArgumentPath) => {
    if (typeof ref.qualifiedName !== 'string') return ref;
    const parts = partsOf(ref.qualifiedName, names, path('qualifiedName'));
    return Object.fromEntries(names.map((each, i) => [each, parts[i]]));
  };
  return {
    entity,
    scope: naming.within?.property,
    columns: ['id int', ...names.map((each) => `${columnOf(each, '')} text`)].join(', '),
    wanted(ref, path) {
      checkOneWay(entity.name, [...ways.map((each) => [each]), names], ref, path);
      if (typeof ref.id === 'string') return { id: idOf(ref.id, entity.name, path('id')) };
      if (typeof ref.databaseId === 'number') return { id: ref.databaseId };
      const whole = spelled(ref, path);
      return Object.fromEntries(names.map((each) => [each, textAt(whole, each)]));
    },
    idSql: () => `coalesce(w.id, ${idByNameSql(naming, columnOf)})`,
    outer: () => outerOf(naming),
    by: (ref) => [...ways, 'name'].find((each) => isGiven(ref, each)) ?? 'name',
    spelled,
    naming,
  };
}

/** The column of an argument in the row `w`: some arguments are words of SQL. */
const columnOf = (argument: string, alias = 'w.') => `${alias}"${argument}"`;

/** The path of a reference whose arguments stand at `input`, under the names that it has for some of them. */
export const below =
  (input: string, names: Readonly<Record<string, string>> = {}): ArgumentPath =>
  (argument) =>
    argument === undefined ? input : [input, names[argument] ?? argument].filter(Boolean).join('.');

/** The path of the references of a list that have one name in each of its items. */
export const inEach =
  (name: string): RefOptions['at'] =>
  (_, argument) =>
    below(name)(argument);

/** The numbers of what was found, beside what is wrong with the others. */
export const numbersOf = (found: readonly ({ id: number } | DomainError)[]): (number | DomainError)[] =>
  found.map((row) => (row instanceof DomainError ? row : row.id));
