import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLInputFieldConfigMap,
  type GraphQLScalarType,
} from 'graphql';
import { Float, ID, Int } from 'type-graphql';
import { checkBigInt, checkInstant } from '../checks.js';
import { invalid } from '../errors.js';
import { idOf } from '../entity/ids.js';
import { refuseEmpty } from '../lists.js';
import { BigIntText, Decimal, DateTime } from '../entity/scalars.js';
import { LongText } from '../entity/text.js';
import type { Values } from './values.js';

/** A column as a condition sees it: its SQL under the alias `t`, and the type that a value is cast to. */
export interface Operand {
  sql: string;
  cast: string;
}

interface Operator {
  doc: string;
  /** Takes a list of values, which must not be empty. */
  list?: boolean;
  /** The condition, given the column's SQL and the value's placeholder. */
  sql: (column: string, value: string) => string;
}

// What is not equal, or not in a list, is all the rest: rows without a value as well.
const equality: Record<string, Operator> = {
  eq: { doc: 'Equal to the value.', sql: (column, value) => `${column} = ${value}` },
  ne: { doc: 'Not equal to the value, or missing.', sql: (column, value) => `${column} is distinct from ${value}` },
  in: { doc: 'One of the values, at least one.', list: true, sql: (column, value) => `${column} = any(${value})` },
  notIn: {
    doc: 'None of the values, at least one; or missing.',
    list: true,
    sql: (column, value) => `(${column} = any(${value})) is not true`,
  },
};
const order: Record<string, Operator> = {
  lt: { doc: 'Less than the value.', sql: (column, value) => `${column} < ${value}` },
  lte: { doc: 'Less than or equal to the value.', sql: (column, value) => `${column} <= ${value}` },
  gt: { doc: 'Greater than the value.', sql: (column, value) => `${column} > ${value}` },
  gte: { doc: 'Greater than or equal to the value.', sql: (column, value) => `${column} >= ${value}` },
};
const search: Record<string, Operator> = {
  contains: { doc: 'Contains the text, literally and case-sensitive.', sql: (column, value) => `position(${value} in ${column}) > 0` },
  startsWith: { doc: 'Starts with the text, literally and case-sensitive.', sql: (column, value) => `starts_with(${column}, ${value})` },
  endsWith: {
    doc: 'Ends with the text, literally and case-sensitive.',
    sql: (column, value) => `right(${column}, length(${value})) = ${value}`,
  },
  // The column's own collation is "C", which knows the case of ASCII letters only; the database's may know more.
  containsIgnoreCase: {
    doc: "Contains the text, literally, in upper or lower case as the database's locale defines it (embedded: Unicode).",
    sql: (column, value) => `position(lower(${value} collate "default") in lower(${column} collate "default")) > 0`,
  },
};
const time: Record<string, Operator> = {
  before: { doc: 'Before the time.', sql: (column, value) => `${column} < ${value}` },
  onOrBefore: { doc: 'At the time or before.', sql: (column, value) => `${column} <= ${value}` },
  after: { doc: 'After the time.', sql: (column, value) => `${column} > ${value}` },
  onOrAfter: { doc: 'At the time or after.', sql: (column, value) => `${column} >= ${value}` },
};

/** GraphQL type of a column, as the decorators say it → name of its conditions, type of their values, operators. */
const kinds = new Map<unknown, { name: string; type: GraphQLScalarType; operators: Record<string, Operator> }>([
  [ID, { name: 'ID', type: GraphQLID, operators: equality }],
  [String, { name: 'String', type: LongText, operators: { ...equality, ...search } }],
  [Int, { name: 'Int', type: GraphQLInt, operators: { ...equality, ...order } }],
  [Float, { name: 'Float', type: GraphQLFloat, operators: { ...equality, ...order } }],
  [BigIntText, { name: 'BigInt', type: BigIntText, operators: { ...equality, ...order } }],
  [Decimal, { name: 'Decimal', type: Decimal, operators: { ...equality, ...order } }],
  [Boolean, { name: 'Boolean', type: GraphQLBoolean, operators: { eq: equality.eq! } }],
  [DateTime, { name: 'DateTime', type: DateTime, operators: time }],
]);

const made = new Map<string, GraphQLInputObjectType>();

/** The input type with the operators of a column of this type. Made once a name. */
export function conditionOn(type: unknown, nullable: boolean): GraphQLInputObjectType {
  const kind = kinds.get(type);
  if (!kind) throw new Error(`there are no conditions on ${String(type)}`);
  const name = `${nullable ? 'Nullable' : ''}${kind.name}Condition`;
  const known = made.get(name);
  if (known) return known;
  const fields: GraphQLInputFieldConfigMap = {};
  for (const [operator, { doc, list }] of Object.entries(kind.operators))
    fields[operator] = { type: list ? new GraphQLList(new GraphQLNonNull(kind.type)) : kind.type, description: doc };
  if (nullable) fields.isNull = { type: GraphQLBoolean, description: 'True: missing. False: not missing.' };
  const description = `Conditions on a value of type ${kind.name}${nullable ? ' that may be missing' : ''}. All given conditions must hold.`;
  const condition = new GraphQLInputObjectType({ name, description, fields });
  made.set(name, condition);
  return condition;
}

const operators: Readonly<Record<string, Operator>> = { ...equality, ...order, ...search, ...time };

/** @throws INVALID where a value is null: a variable that was not set must not widen what is found. */
export function refuseNull(value: unknown, argument: string): void {
  if (value === null) throw invalid(`${argument} must not be null: omit it. To find missing values use \`isNull\`.`, { argument, value });
}

/** What a scalar lets in and PostgreSQL would not, by the type that a value is cast to. */
const checkOf = (cast: string): ((value: string, argument: string) => void) | undefined =>
  cast.startsWith('timestamptz') ? checkInstant : cast === 'bigint' ? checkBigInt : undefined;

/** The SQL of one operator on a column. @throws INVALID where its value is null or an empty list. */
export function operatorSql(operand: Operand, name: string, value: unknown, values: Values, argument: string): string {
  refuseNull(value, argument);
  if (name === 'isNull') return `${operand.sql} is ${value ? '' : 'not '}null`;
  const { list, sql } = operators[name]!;
  const check = checkOf(operand.cast);
  if (!list) {
    if (typeof value === 'string') check?.(value, argument);
    return sql(operand.sql, values.add(value, operand.cast));
  }
  const all: unknown[] = Array.isArray(value) ? value : [value];
  refuseEmpty(all, argument);
  if (check) all.forEach((each, i) => typeof each === 'string' && check(each, `${argument}.${i}`));
  return sql(operand.sql, values.add(value, `${operand.cast}[]`));
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
