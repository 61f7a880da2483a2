import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  isEnumType,
  type GraphQLEnumType,
  type GraphQLInputFieldConfigMap,
  type GraphQLScalarType,
  type GraphQLSchema,
} from 'graphql';
import { Float, getMetadataStorage, ID, Int } from 'type-graphql';
import { checkBigInt, checkDay, checkInstant } from '../checks.js';
import { invalid } from '../errors.js';
import { idOf } from '../entity/ids.js';
import { refuseEmpty } from '../lists.js';
import { BigIntText, DateOnly, Decimal, DateTime } from '../entity/scalars.js';
import { LongText } from '../entity/text.js';
import type { Values } from './values.js';

/** A column as a condition sees it: its SQL under the alias `t`, and the type that a value is cast to. */
export interface Operand {
  sql: string;
  cast: string;
}

/** Adds a value to the statement, and answers its placeholder: of the operand's type, or of another one. */
type Add = (value: unknown, cast?: string) => string;

interface Operator {
  doc: string;
  /** Takes a list of values, which must not be empty; a number: of so many. */
  list?: true | number;
  /** The type of its value, where it is not that of the column. */
  type?: GraphQLScalarType;
  /** The condition, given the operand, the value, and how it gets into the statement. */
  sql: (operand: Operand, value: unknown, add: Add) => string;
}

/** An operator with one placeholder. */
const comparing = (doc: string, sql: (column: string, value: string) => string): Operator => ({
  doc,
  sql: (operand, value, add) => sql(operand.sql, add(value)),
});
/** The type of a list of values that are cast to a type, which may be one cast after another. */
const listOf = (cast: string) => cast.replaceAll(/(?=::)|$/g, '[]');
/** An operator with a list of values, which is one placeholder. */
const choosing = (doc: string, sql: (column: string, values: string) => string): Operator => ({
  doc,
  list: true,
  sql: (operand, value, add) => sql(operand.sql, add(value, listOf(operand.cast))),
});

// What is not equal, or not in a list, is all the rest: rows without a value as well.
const equality = {
  eq: comparing('Equal to the value.', (column, value) => `${column} = ${value}`),
  ne: comparing('Not equal to the value, or missing.', (column, value) => `${column} is distinct from ${value}`),
  in: choosing('One of the values, at least one.', (column, values) => `${column} = any(${values})`),
  notIn: choosing('None of the values, at least one; or missing.', (column, values) => `(${column} = any(${values})) is not true`),
} satisfies Record<string, Operator>;
const order: Record<string, Operator> = {
  lt: comparing('Less than the value; of times, before it.', (column, value) => `${column} < ${value}`),
  lte: comparing('Less than or equal to the value.', (column, value) => `${column} <= ${value}`),
  gt: comparing('Greater than the value; of times, after it.', (column, value) => `${column} > ${value}`),
  gte: comparing('Greater than or equal to the value.', (column, value) => `${column} >= ${value}`),
  between: {
    doc: 'Between two values, both included: the lower and the upper bound.',
    list: 2,
    sql: ({ sql }, value, add) => {
      const [low, high] = Array.isArray(value) ? value.map((each) => add(each)) : [];
      return `${sql} between ${low} and ${high}`;
    },
  },
};
const search: Record<string, Operator> = {
  contains: comparing('Contains the text, literally and case-sensitive.', (column, value) => `position(${value} in ${column}) > 0`),
  startsWith: comparing('Starts with the text, literally and case-sensitive.', (column, value) => `starts_with(${column}, ${value})`),
  endsWith: comparing(
    'Ends with the text, literally and case-sensitive.',
    (column, value) => `right(${column}, length(${value})) = ${value}`,
  ),
  // The column's own collation is "C", which knows the case of ASCII letters only; the database's may know more.
  containsIgnoreCase: comparing(
    "Contains the text, literally, in upper or lower case as the database's locale defines it (embedded: Unicode).",
    (column, value) => `position(lower(${value} collate "default") in lower(${column} collate "default")) > 0`,
  ),
};

/** The beginning of a day in the store's time zone, as the type that times are compared with. */
const startOfDay = (day: string, cast: string) =>
  cast === 'timestamptz'
    ? `((${day})::timestamp at time zone (
         select coalesce((select value from waybill_setting where key = 'time_zone'), 'UTC')))`
    : `(${day})::timestamp`;
const day: Record<string, Operator> = {
  on: {
    doc: 'On the day, from midnight to midnight in the time zone of the store.',
    type: DateOnly,
    sql: ({ sql, cast }, value, add) => {
      const date = add(value, 'date');
      return `(${sql} >= ${startOfDay(date, cast)} and ${sql} < ${startOfDay(`${date} + 1`, cast)})`;
    },
  },
};

interface Kind {
  /** Its name in the names of its conditions. */
  name: string;
  /** Type of the values. */
  type: GraphQLScalarType | GraphQLEnumType;
  operators: Readonly<Record<string, Operator>>;
}

/** GraphQL type of a column, as the decorators say it → what its conditions are. */
const kinds = new Map<unknown, Kind>([
  [ID, { name: 'ID', type: GraphQLID, operators: equality }],
  [String, { name: 'String', type: LongText, operators: { ...equality, ...order, ...search } }],
  [Int, { name: 'Int', type: GraphQLInt, operators: { ...equality, ...order } }],
  [Float, { name: 'Float', type: GraphQLFloat, operators: { ...equality, ...order } }],
  [BigIntText, { name: 'BigInt', type: BigIntText, operators: { ...equality, ...order } }],
  [Decimal, { name: 'Decimal', type: Decimal, operators: { ...equality, ...order } }],
  [Boolean, { name: 'Boolean', type: GraphQLBoolean, operators: { eq: equality.eq, ne: equality.ne } }],
  [DateTime, { name: 'DateTime', type: DateTime, operators: { ...equality, ...order, ...day } }],
]);

/** The conditions of one schema, by name. */
const made = new Map<string, GraphQLInputObjectType>();

/** Lets conditions be on the enums of a schema, which are told apart by the objects that their decorators got. */
export function learnEnums(schema: GraphQLSchema): void {
  made.clear();
  for (const { enumObj, name } of getMetadataStorage().enums) {
    const type = schema.getType(name);
    if (isEnumType(type)) kinds.set(enumObj, { name, type, operators: equality });
  }
}

/** The input type with the operators of a column of this type. Made once a name. */
export function conditionOn(type: unknown, nullable: boolean): GraphQLInputObjectType {
  const kind = kinds.get(type);
  if (!kind) throw new Error(`there are no conditions on ${String(type)}`);
  const name = `${nullable ? 'Nullable' : ''}${kind.name}Condition`;
  const known = made.get(name);
  if (known) return known;
  const fields: GraphQLInputFieldConfigMap = {};
  for (const [operator, { doc, list, type = kind.type }] of Object.entries(kind.operators))
    fields[operator] = { type: list ? new GraphQLList(new GraphQLNonNull(type)) : type, description: doc };
  if (nullable) fields.isNull = { type: GraphQLBoolean, description: 'True: missing. False: not missing.' };
  const description = `Conditions on a value of type ${kind.name}${nullable ? ' that may be missing' : ''}. All given conditions must hold.`;
  const condition = new GraphQLInputObjectType({ name, description, fields });
  made.set(name, condition);
  return condition;
}

const operators: Readonly<Record<string, Operator>> = { ...equality, ...order, ...search, ...day };

/** @throws INVALID where a value is null: a variable that was not set must not widen what is found. */
export function refuseNull(value: unknown, argument: string): void {
  if (value === null) throw invalid(`${argument} must not be null: omit it. To find missing values use \`isNull\`.`, { argument, value });
}

/** What a scalar lets in and PostgreSQL would not, by the type that a value is cast to. */
const checkOf = (cast: string): ((value: string, argument: string) => void) | undefined =>
  cast.startsWith('timestamptz') ? checkInstant : cast === 'bigint' ? checkBigInt : undefined;

/** The SQL of one operator on a column. @throws INVALID where its value is null, an empty list, or a list of another length than it takes */
export function operatorSql(operand: Operand, name: string, value: unknown, values: Values, argument: string): string {
  refuseNull(value, argument);
  if (name === 'isNull') return `${operand.sql} is ${value ? '' : 'not '}null`;
  const { list, type, sql } = operators[name]!;
  const check = type === DateOnly ? checkDay : checkOf(operand.cast);
  const all: unknown[] = Array.isArray(value) ? value : [value];
  if (list) refuseEmpty(all, argument);
  if (typeof list === 'number' && all.length !== list)
    throw invalid(`${argument} takes ${list} values, not ${all.length}.`, { argument, value, allowed: `${list} values` });
  all.forEach((each, i) => typeof each === 'string' && check?.(each, list ? `${argument}.${i}` : argument));
  return sql(operand, list ? all : value, (each, cast = operand.cast) => values.add(each, cast));
}

/** A condition on global ids, as one on the numbers in them. @throws INVALID where one is no id of this type. */
export const numbersOf = (condition: Readonly<Record<string, unknown>>, type: string, argument: string): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(condition).map(([operator, given]) => [
      operator,
      Array.isArray(given)
        ? given.map((each, i) => idOf(String(each), type, `${argument}.${operator}.${i}`))
        : typeof given === 'string'
          ? idOf(given, type, `${argument}.${operator}`)
          : given,
    ]),
  );
