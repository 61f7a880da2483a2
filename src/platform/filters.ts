import { Field, ID, InputType, Int, type ClassType } from 'type-graphql';
import { hasKey, shownColumns } from './columns.js';
import { invalid } from './errors.js';
import { conditionOn, numbersOf, operatorSql, refuseEmpty, refuseNull, type Operand } from './filter-operators.js';
import type { ListSource } from './paging.js';
import { shapeOf, type EntityClass } from './rows.js';
import type { Condition, Values } from './values.js';

/**
 * Filters: one input type a concept (`ProcessWhere` for `Process`), made of the columns that the concept shows and of the relations
 * that are declared as its fields. A condition on a missing value does not hold, and `not` holds wherever what it denies does not.
 */

const maxDepth = 10;
const maxConditions = 200;

/** A filter as a caller gives it. */
export type Where = Readonly<Record<string, unknown>>;

/** Rows that hang on another: what a list says of them. Retired ones are left out where the list leaves them out. */
type Relation = Pick<ListSource, 'entity' | 'from' | 'parent' | 'where' | 'retirable'>;

/** Where in a filter we are, and what it has become so far. */
interface Place {
  values: Values;
  /** Path of the argument, as in `where.and.0.name`. */
  argument: string;
  depth: number;
  counted: { conditions: number };
}

/** Makes the SQL of one field of a filter, in which the entity's row is `t`. */
type FieldSql = (value: Where, place: Place, entity: EntityClass) => string;

interface Filter {
  type: ClassType;
  fields: Map<string, FieldSql>;
}

const wheres = new Map<EntityClass, Filter>();
const listWheres = new Map<EntityClass, ClassType>();

const parentOf = (entity: EntityClass): EntityClass | undefined => {
  const parent = Object.getPrototypeOf(entity) as EntityClass;
  return parent.prototype ? parent : undefined;
};

/** The filter of an entity as it is made so far; a parent's columns and relations are in the parent's. */
function filterOf(entity: EntityClass): Filter {
  const known = wheres.get(entity);
  if (known) return known;
  const parent = parentOf(entity);
  const Base: new () => object = parent ? filterOf(parent).type : Object;
  @InputType(`${entity.name}Where`, { description: `Which ${entity.name} is meant. Conditions side by side must all hold.` })
  class WhereInput extends Base {}
  const filter = { type: WhereInput as ClassType, fields: new Map<string, FieldSql>() };
  wheres.set(entity, filter);
  addField(entity, 'and', [WhereInput], 'All of these hold. At least one must be given.', joined('and'));
  addField(entity, 'or', [WhereInput], 'At least one of these holds. At least one must be given.', joined('or'));
  addField(entity, 'not', WhereInput, 'This does not hold, be it for want of a value.', negated);
  if (hasKey(entity)) {
    addField(entity, 'id', conditionOn(ID, false), 'Condition on its global id.', idSql);
    addField(entity, 'trackingId', conditionOn(Int, false), 'Condition on its `trackingId`.', columnSql('id'));
  }
  for (const [property, { type, nullable }] of shownColumns(entity))
    addField(entity, property, conditionOn(type, nullable), `Condition on its \`${property}\`.`, columnSql(property));
  return filter;
}

/** The type must be made by now: type-graphql does not see one that is made while it builds the schema. */
function addField(entity: EntityClass, name: string, type: ClassType | [ClassType], description: string, sql: FieldSql): void {
  const { type: where, fields } = filterOf(entity);
  Field(() => type as ClassType, { nullable: true, description })(where.prototype as object, name);
  fields.set(name, sql);
}

/** The input type by which rows of `entity` are chosen. */
export const whereOf = (entity: EntityClass): ClassType => filterOf(entity).type;

/** Lets rows of `owner` be chosen by the one row that a foreign key (the property) points to. */
export function filterByReference(owner: EntityClass, field: string, property: string, to: EntityClass): void {
  addField(owner, field, whereOf(to), `Its \`${field}\` meets this; empty (\`{}\`): it has one.`, (value, place, entity) =>
    existsSql(
      { entity: to, parent: `t.${shapeOf(to).key}` },
      whereSql(to, value, deeper(counted(place))),
      shapeOf(entity).columns.get(property)!.column,
    ),
  );
}

/** Lets rows of `owner` be chosen by a list below them. */
export function filterByList(owner: EntityClass, field: string, list: Relation): void {
  const ofList = (entity: EntityClass, condition: string) => existsSql(list, condition, shapeOf(entity).key!);
  addField(owner, field, listWhereOf(list.entity), `What its \`${field}\` must be like.`, (value, place, entity) =>
    allOf(place, value, (quantifier, each, at) => {
      refuseNull(each, at.argument);
      const condition = whereSql(list.entity, each as Where, deeper(counted(at)));
      if (quantifier === 'some') return ofList(entity, condition);
      return `not ${ofList(entity, quantifier === 'none' ? condition : `(${condition}) is not true`)}`;
    }),
  );
}

function listWhereOf(entity: EntityClass): ClassType {
  const known = listWheres.get(entity);
  if (known) return known;
  const type = whereOf(entity);
  const where = () => type;
  @InputType(`${entity.name}ListWhere`, { description: `What a list of ${entity.name} must be like. Several conditions must all hold.` })
  class ListWhere {
    @Field(where, { nullable: true, description: 'At least one of the list meets this; empty (`{}`): the list is not empty.' })
    some?: unknown;
    @Field(where, { nullable: true, description: 'None of the list meets this; empty (`{}`): the list is empty.' })
    none?: unknown;
    @Field(where, { nullable: true, description: 'All of the list meet this, as they do where the list is empty.' })
    every?: unknown;
  }
  listWheres.set(entity, ListWhere);
  return ListWhere;
}

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
  if (++place.counted.conditions > maxConditions)
    throw invalid(`A filter may have at most ${maxConditions} conditions.`, {
      argument: 'where',
      limit: 'maxFilterConditions',
      allowed: { max: maxConditions },
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

const joined =
  (word: 'and' | 'or'): FieldSql =>
  (value, place, entity) => {
    const list = value as unknown as readonly Where[];
    refuseEmpty(list, place.argument);
    return `(${list.map((each, i) => `(${whereSql(entity, each, { ...deeper(place), argument: `${place.argument}.${i}` })})`).join(` ${word} `)})`;
  };

const negated: FieldSql = (value, place, entity) => `(${whereSql(entity, value, deeper(place))}) is not true`;

const operatorsSql = (operand: Operand, value: Where, place: Place): string =>
  allOf(place, value, (name, each, at) => operatorSql(operand, name, each, counted(at).values, at.argument));

const idSql: FieldSql = (value, place, entity) =>
  operatorsSql({ sql: `t.${shapeOf(entity).key}`, cast: 'int' }, numbersOf(value, entity.name, place.argument), place);

const columnSql =
  (property: string): FieldSql =>
  (value, place, entity) => {
    const { column, shown, cast, emptyIfNull } = shapeOf(entity).columns.get(property)!;
    // Where the empty text stands for null, a condition that does not speak of it can be one on the column, which has the index.
    const bare = emptyIfNull && !Object.values(value).flat().includes('');
    return operatorsSql({ sql: bare ? `t.${column}` : shown, cast }, value, place);
  };

function whereSql(entity: EntityClass, where: Where, place: Place): string {
  if (place.depth > maxDepth)
    throw invalid(`A filter may nest at most ${maxDepth} levels deep.`, {
      argument: place.argument,
      limit: 'maxFilterDepth',
      allowed: { max: maxDepth },
    });
  return allOf(place, where, (name, value, at) => {
    refuseNull(value, at.argument);
    for (let each: EntityClass | undefined = entity; each; each = parentOf(each)) {
      const sql = wheres.get(each)?.fields.get(name);
      if (sql) return sql(value as Where, at, entity);
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
