import { invalid } from '../errors.js';
import type { Loaders, Preparation } from './loaders.js';
import { numbersOf, operatorSql, refuseNull, type Operand } from './filter-operators.js';
import type { ListSource } from './paging.js';
import { shapeOf, type EntityClass } from '../entity/rows.js';
import type { Condition, Values } from './values.js';
import { refuseEmpty } from '../lists.js';

/** How deep a filter may nest, and how many conditions it may have. */
export const filterLimits = { depth: 10, conditions: 200 };

/** A filter as a caller gives it. */
export type Where = Readonly<Record<string, unknown>>;

/** A filter within a filter; GraphQL has checked that it is one. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this is where its type enters.
const whereIn = (value: unknown) => value as Where;

/** Rows that hang on another: what a list says of them. Retired ones are left out where the list leaves them out. */
export type Relation = Pick<ListSource, 'entity' | 'from' | 'parent' | 'where' | 'retirable' | 'filteredAs'>;

/** What the filter of a list is on. */
export const filteredAs = ({ entity, filteredAs: as = entity }: Pick<ListSource, 'entity' | 'filteredAs'>): EntityClass => as;

/** Where in a filter we are, and what it has become so far. */
interface Place {
  values: Values;
  /** Path of the argument, as in `where.and.0.name`. */
  argument: string;
  depth: number;
  counted: { conditions: number };
  prepared: Prepared;
}

/** Makes the SQL of one field of a filter, in which the entity's row is `t`. */
export type FieldSql = (value: Where, place: Place, entity: EntityClass) => string;

/** The SQL of each field of a filter, by entity and name; what is true of a parent class is said at the parent. */
export const fieldSqls = new Map<EntityClass, Map<string, FieldSql>>();

/** The class above an entity, if there is one. */
export const parentOf = (entity: EntityClass): EntityClass | undefined => {
  const parent: EntityClass = Object.getPrototypeOf(entity);
  return parent.prototype ? parent : undefined;
};

/** The one row that a foreign key (the property) points to meets a filter. */
export const referenceSql =
  (property: string, to: EntityClass): FieldSql =>
  (value, place, entity) =>
    existsSql(
      { entity: to, parent: `t.${shapeOf(to).key}` },
      whereSql(to, value, deeper(counted(place))),
      shapeOf(entity).columns.get(property)!.column,
    );

/** The one row of a relation meets a filter. */
export const oneSql =
  (relation: Relation): FieldSql =>
  (value, place, entity) =>
    existsSql(relation, whereSql(filteredAs(relation), value, deeper(counted(place))), shapeOf(entity).key!);

/** Some, none, all rows of a list meet a filter. */
export const listSql =
  (list: Relation): FieldSql =>
  (value, place, entity) =>
    allOf(place, value, (quantifier, each, at) => {
      refuseNull(each, at.argument);
      const condition = whereSql(filteredAs(list), whereIn(each), deeper(counted(at)));
      const exists = existsSql(list, quantifier === 'every' ? `(${condition}) is not true` : condition, shapeOf(entity).key!);
      return quantifier === 'some' ? exists : `not ${exists}`;
    });

// Only `x` and the row outside are in sight where the two are compared, so every level may call its row `t`. PostgreSQL plans it as the
// semi-join that it is.
function existsSql(list: Relation, condition: string, key: string): string {
  const from = list.from ?? `${shapeOf(list.entity).table} t`;
  const where = [...(list.where ? [`(${list.where})`] : []), ...(list.retirable ? ['t.retired_at is null'] : []), condition];
  return `exists (select from (select ${list.parent} as parent from ${from} where ${where.join(' and ')}) x where x.parent = t.${key})`;
}

const deeper = (place: Place): Place => ({ ...place, depth: place.depth + 1 });

/** Counts one condition. */
function counted(place: Place): Place {
  if (++place.counted.conditions > filterLimits.conditions)
    throw invalid(`A filter may have at most ${filterLimits.conditions} conditions.`, {
      argument: 'where',
      limit: 'maxFilterConditions',
      allowed: { max: filterLimits.conditions },
    });
  return place;
}

/** The fields of an input object that are given, each as SQL, all of which must hold. */
function allOf(place: Place, value: Where, sqlOf: (name: string, value: unknown, place: Place) => string): string {
  const parts = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .map(([name, each]) => sqlOf(name, each, { ...place, argument: `${place.argument}.${name}` }));
  if (!parts.length) counted(place);
  return parts.join(' and ') || 'true';
}

export const joined =
  (word: 'and' | 'or'): FieldSql =>
  (value, place, entity) => {
    const list = Object.values(value).map(whereIn);
    refuseEmpty(list, place.argument);
    return `(${list.map((each, i) => `(${whereSql(entity, each, { ...deeper(place), argument: `${place.argument}.${i}` })})`).join(` ${word} `)})`;
  };

export const negated: FieldSql = (value, place, entity) => `(${whereSql(entity, value, deeper(place))}) is not true`;

const operatorsSql = (operand: Operand, value: Where, place: Place): string =>
  allOf(place, value, (name, each, at) => operatorSql(operand, name, each, counted(at).values, at.argument));

export const idSql: FieldSql = (value, place, entity) =>
  operatorsSql({ sql: `t.${shapeOf(entity).key}`, cast: 'int' }, numbersOf(value, entity.name, place.argument), place);

export const columnSql =
  (property: string): FieldSql =>
  (value, place, entity) => {
    const { column, shown, cast, emptyIfNull } = shapeOf(entity).columns.get(property)!;
    // Where the empty text stands for null, a condition that does not speak of it can be one on the column, which has the index.
    const bare = emptyIfNull && !Object.values(value).flat().includes('');
    return operatorsSql({ sql: bare ? `t.${column}` : shown, cast }, value, place);
  };

/** What is in the same row `t` as the link that a filter is on, such as its contact. */
export const insideSql =
  (entity: EntityClass): FieldSql =>
  (value, place) =>
    `(${whereSql(entity, value, deeper(place))})`;

/** One of the values of an array of texts meets conditions; with `isNull`: whether it has none. */
export const anyOfSql =
  (array: string): FieldSql =>
  (value, place) => {
    const { isNull, ...given } = value;
    const none = allOf(place, { isNull }, (_, wanted, at) => {
      refuseNull(wanted, counted(at).argument);
      return `cardinality(${array}) ${wanted ? '=' : '>'} 0`;
    });
    if (!Object.keys(given).length) return none;
    return `${none} and exists (select from unnest(${array}) a(value) where ${operatorsSql({ sql: 'a.value', cast: 'text' }, given, place)})`;
  };

/** A value that is computed from the row `t`: its type in conditions, its SQL, and the type that values are cast to to be compared with it. */
export interface ComputedValue {
  type: unknown;
  nullable?: boolean;
  sql: string;
  cast: string;
}

export const valueSql =
  ({ sql, cast }: ComputedValue): FieldSql =>
  (value, place) =>
    operatorsSql({ sql, cast }, value, place);

/** A computed object with facts of its own. */
export interface ComputedParts {
  name: string;
  /** What must be computed before the SQL can be made. */
  prepare?: Preparation;
  values: Readonly<Record<string, Omit<ComputedValue, 'sql'>>>;
  /** SQL of whether the row `t` has one for which a condition on the parts holds; `sqlOf` answers the SQL of a part by its name. */
  sql: (prepared: unknown) => { part: (name: string) => string; holds: (condition: string) => string };
}

export const partsSql =
  ({ prepare, values, sql }: ComputedParts): FieldSql =>
  (value, place) => {
    const { part, holds } = sql(prepare && place.prepared.get(prepare));
    return holds(
      allOf(place, value, (name, conditions, at) => {
        refuseNull(conditions, at.argument);
        return operatorsSql({ sql: part(name), cast: values[name]!.cast }, whereIn(conditions), at);
      }),
    );
  };

/** A computed field that is true or false. */
export const factSql =
  (holds: string, fails = `(${holds}) is not true`): FieldSql =>
  (value, place) =>
    allOf(place, value, (operator, wanted, at) => {
      refuseNull(wanted, at.argument);
      counted(at);
      return (operator === 'eq') === wanted ? `(${holds})` : `(${fails})`;
    });

/** A computed field with few values. */
export const choiceSql =
  (isOneOf: (values: readonly string[]) => string, hasOne: string | undefined): FieldSql =>
  (value, place) =>
    allOf(place, value, (operator, wanted, at) => {
      refuseNull(wanted, at.argument);
      counted(at);
      if (operator === 'isNull') return wanted ? `(${hasOne}) is not true` : `(${hasOne})`;
      const values = [wanted].flat().map(String);
      refuseEmpty(values, at.argument);
      return operator === 'eq' || operator === 'in' ? `(${isOneOf(values)})` : `(${isOneOf(values)}) is not true`;
    });

type Prepared = ReadonlyMap<Preparation, unknown>;

/** The fields of filters that need something computed first, by name. */
const preparations = new Map<string, Preparation>();

/** Lets filters with a field of this name wait for what it needs. */
export const prepareFor = (field: string, prepare: Preparation): Map<string, Preparation> => preparations.set(field, prepare);

const hasField = (value: unknown, name: string): boolean =>
  typeof value === 'object' && value !== null && (Object.hasOwn(value, name) || Object.values(value).some((each) => hasField(each, name)));

const nothing: Prepared = new Map();

/** What the fields of a filter need; undefined, and not a promise, where they need nothing, as nearly always. */
export function preparationOf(loaders: Loaders, where: Where | null | undefined): Promise<Prepared> | undefined {
  const needed = [...preparations].filter(([name]) => where && hasField(where, name)).map(([, prepare]) => prepare);
  if (!needed.length) return undefined;
  return Promise.all(needed.map(async (prepare) => [prepare, await loaders.prepared(prepare)] as const)).then((each) => new Map(each));
}

function whereSql(entity: EntityClass, where: Where, place: Place): string {
  if (place.depth > filterLimits.depth)
    throw invalid(`A filter may nest at most ${filterLimits.depth} levels deep.`, {
      argument: place.argument,
      limit: 'maxFilterDepth',
      allowed: { max: filterLimits.depth },
    });
  return allOf(place, where, (name, value, at) => {
    refuseNull(value, at.argument);
    for (let each: EntityClass | undefined = entity; each; each = parentOf(each)) {
      const sql = fieldSqls.get(each)?.get(name);
      if (sql) return sql(whereIn(value), at, entity);
    }
    throw new Error(`${entity.name} has no filter ${name}`);
  });
}

/** The condition that a caller's filter means, in which the rows are `t`. It throws INVALID when its SQL is made. */
export const whereCondition = (entity: EntityClass, where: Where | null | undefined, prepared = nothing): Condition | undefined =>
  where
    ? {
        key: `where ${JSON.stringify(where)}`,
        sql: (values) => whereSql(entity, where, { values, argument: 'where', depth: 1, counted: { conditions: 0 }, prepared }),
      }
    : undefined;
