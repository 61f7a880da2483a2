import { invalid } from '../errors.js';
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
export type Relation = Pick<ListSource, 'entity' | 'from' | 'parent' | 'where' | 'retirable'>;

/** Where in a filter we are, and what it has become so far. */
interface Place {
  values: Values;
  /** Path of the argument, as in `where.and.0.name`. */
  argument: string;
  depth: number;
  counted: { conditions: number };
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

/** Some, none, all rows of a list meet a filter. */
export const listSql =
  (list: Relation): FieldSql =>
  (value, place, entity) =>
    allOf(place, value, (quantifier, each, at) => {
      refuseNull(each, at.argument);
      const condition = whereSql(list.entity, whereIn(each), deeper(counted(at)));
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
export const whereCondition = (entity: EntityClass, where: Where | null | undefined): Condition | undefined =>
  where
    ? {
        key: `where ${JSON.stringify(where)}`,
        sql: (values) => whereSql(entity, where, { values, argument: 'where', depth: 1, counted: { conditions: 0 } }),
      }
    : undefined;
