import fc from 'fast-check';
import { bigs, decimals, instants, texts, type Item } from './model.js';

/** Filters and what they mean in memory: written from what the schema says of the operators, without a look at the SQL. */
export type Filter = Record<string, unknown>;

type Column = keyof typeof operators;

interface Type {
  columns: Record<string, Column>;
  nullable: string[];
  one: Record<string, string>;
  many: Record<string, string>;
  /** A computed object: conditions on its parts, without and, or and not. */
  isPart?: boolean;
}
/** The types of a model, and values of its own for the conditions on columns. */
export interface Model {
  types: Record<string, Type>;
  values?: Partial<Record<Column, fc.Arbitrary<unknown>>>;
}

const types: Record<string, Type> = {
  Process: {
    columns: { name: 'text', description: 'text', totalRecordCount: 'big', lastCompletedAt: 'instant' },
    nullable: ['description', 'lastCompletedAt'],
    one: { type: 'ProcessType' },
    many: { sources: 'Source', targets: 'Source', sourceObjects: 'SourceObject', sourceAttributes: 'SourceObjectAttribute' },
  },
  ProcessType: { columns: { name: 'text' }, nullable: [], one: {}, many: {} },
  Source: {
    columns: { name: 'text', description: 'text' },
    nullable: ['description'],
    one: {},
    many: { objects: 'SourceObject', contacts: 'ContactLink', readBy: 'Process', writtenBy: 'Process' },
  },
  SourceObject: {
    columns: { name: 'text', description: 'text' },
    nullable: ['description'],
    one: { source: 'Source' },
    many: { attributes: 'SourceObjectAttribute', readBy: 'Process' },
  },
  SourceObjectAttribute: {
    columns: { name: 'text', length: 'int', isKey: 'boolean', defaultNumber: 'decimal' },
    nullable: ['length', 'defaultNumber'],
    one: { object: 'SourceObject' },
    many: { readBy: 'Process' },
  },
  ContactLink: { columns: {}, nullable: [], one: { contact: 'Contact' }, many: {} },
  Contact: { columns: { name: 'text', email: 'text' }, nullable: ['email'], one: {}, many: { sources: 'Source' } },
};

const values: Partial<Record<Column, fc.Arbitrary<unknown>>> = {
  text: fc.constantFrom(...texts, ...texts.map((text) => `${text}0`), ...texts.map((text) => `${text}1`), 's0', 's1', 'c0', 'c1'),
  int: fc.constantFrom(-1, 0, 1, 10),
  big: fc.constantFrom(...bigs),
  decimal: fc.constantFrom(...decimals, '1.5'),
  boolean: fc.boolean(),
  instant: fc.constantFrom(...instants, '2026-01-31T09:00:00+01:00'),
};
const chosen = ['eq', 'ne', 'in', 'notIn'];
const operators = {
  text: ['eq', 'ne', 'in', 'notIn', 'lt', 'lte', 'gt', 'gte', 'between', 'contains', 'startsWith', 'endsWith', 'containsIgnoreCase'],
  int: ['eq', 'ne', 'in', 'notIn', 'lt', 'lte', 'gt', 'gte', 'between'],
  big: ['eq', 'ne', 'in', 'notIn', 'lt', 'lte', 'gt', 'gte', 'between'],
  decimal: ['eq', 'ne', 'in', 'notIn', 'lt', 'lte', 'gt', 'gte', 'between'],
  boolean: ['eq', 'ne'],
  instant: ['eq', 'ne', 'in', 'notIn', 'lt', 'lte', 'gt', 'gte', 'between'],
  float: ['eq', 'ne', 'in', 'notIn', 'lt', 'lte', 'gt', 'gte', 'between'],
  runState: chosen,
  stuckReason: chosen,
  fileState: chosen,
  contactOrigin: chosen,
  /** Several texts, of which one is to meet the conditions. */
  roles: ['eq', 'ne', 'in', 'notIn', 'startsWith', 'contains', 'endsWith'],
};

const single = <T>(key: string, value: fc.Arbitrary<T>): fc.Arbitrary<Filter> => value.map((each) => ({ [key]: each }));
const merged = (parts: fc.Arbitrary<Filter>, max: number) =>
  fc.array(parts, { maxLength: max }).map((each) => Object.assign({}, ...each) as Filter);

/** Random filters on a type. */
export function filters(type: string, depth = 3, model: Model = { types }): fc.Arbitrary<Filter> {
  const { columns, nullable, one, many, isPart } = model.types[type]!;
  const valuesOf = (kind: Column) => model.values?.[kind] ?? values[kind]!;
  const conditions = Object.entries(columns).map(([column, kind]) =>
    single(
      column,
      merged(
        fc.oneof(
          ...operators[kind].map((operator): fc.Arbitrary<Filter> =>
            single<unknown>(
              operator,
              ['in', 'notIn'].includes(operator)
                ? fc.array<unknown>(valuesOf(kind), { minLength: 1, maxLength: 3 })
                : operator === 'between'
                  ? fc.tuple<unknown[]>(valuesOf(kind), valuesOf(kind))
                  : valuesOf(kind),
            ),
          ),
          ...(nullable.includes(column) ? [single('isNull', fc.boolean())] : []),
        ),
        2,
      ),
    ),
  );
  if (!depth || isPart) return conditions.length ? merged(fc.oneof(...conditions), 2) : fc.constant({});
  const below = (of: string) => fc.constant(null).chain(() => filters(of, depth - 1, model));
  return merged(
    fc.oneof(
      ...conditions,
      ...Object.entries(one).map(([field, of]) => single(field, below(of))),
      ...Object.entries(many).map(([field, of]) =>
        single(field, merged(fc.oneof(...['some', 'none', 'every'].map((each) => single(each, below(of)))), 2)),
      ),
      single('not', below(type)),
      ...['and', 'or'].map((each) => single(each, fc.array(below(type), { minLength: 1, maxLength: 3 }))),
    ),
    2,
  );
}

/** A number with a fraction, as one that JavaScript compares exactly. */
const scaled = (text: string | number) => {
  const [whole, fraction = ''] = String(text).split('.');
  return BigInt(`${whole}${fraction.padEnd(6, '0')}`);
};

function holds(kind: Column, operator: string, value: any, given: any): boolean {
  if (operator === 'isNull') return (value === null) === given;
  if (operator === 'ne') return !holds(kind, 'eq', value, given);
  if (operator === 'notIn') return !holds(kind, 'in', value, given);
  if (operator === 'in') return given.some((each: unknown) => holds(kind, 'eq', value, each));
  if (value === null) return false;
  if (operator === 'between') return holds(kind, 'gte', value, given[0]) && holds(kind, 'lte', value, given[1]);
  const key = (each: any) =>
    kind === 'instant'
      ? BigInt(Date.parse(each)) * 1000n + BigInt(/\.\d{3}(\d{3})Z/.exec(each)?.[1] ?? 0)
      : kind === 'int' || kind === 'big' || kind === 'decimal'
        ? scaled(each)
        : each;
  const [a, b] = [key(value), key(given)];
  switch (operator) {
    case 'eq': return a === b; // prettier-ignore
    case 'lt': return a < b; // prettier-ignore
    case 'lte': return a <= b; // prettier-ignore
    case 'gt': return a > b; // prettier-ignore
    case 'gte': return a >= b; // prettier-ignore
    case 'contains': return a.includes(b); // prettier-ignore
    case 'startsWith': return a.startsWith(b); // prettier-ignore
    case 'endsWith': return a.endsWith(b); // prettier-ignore
    case 'containsIgnoreCase': return a.toLowerCase().includes(b.toLowerCase()); // prettier-ignore
  }
  throw new Error(operator);
}

/** One of the texts meets all conditions; `isNull`: whether there is none. */
function meetsRoles(roles: string[], { isNull, ...given }: Filter): boolean {
  const one = (role: string) => Object.entries(given).every(([operator, value]) => holds('text', operator, role, value));
  return (isNull === undefined || isNull === !roles.length) && (!Object.keys(given).length || roles.some(one));
}

/** Whether a row of the catalogue in memory meets a filter. */
export function meets(type: string, item: Item, filter: Filter, model: Model = { types }): boolean {
  const { columns, one, many } = model.types[type]!;
  return Object.entries(filter).every(([field, given]: [string, any]) => {
    if (field === 'and') return given.every((each: Filter) => meets(type, item, each, model));
    if (field === 'or') return given.some((each: Filter) => meets(type, item, each, model));
    if (field === 'not') return !meets(type, item, given, model);
    if (columns[field] === 'roles') return meetsRoles(item[field], given);
    if (columns[field]) return Object.entries(given).every(([operator, value]) => holds(columns[field]!, operator, item[field], value));
    if (one[field]) return item[field] !== null && meets(one[field], item[field], given, model);
    const list = item[field] as Item[];
    const fits = (of: Filter) => (each: Item) => meets(many[field]!, each, of, model);
    return Object.entries(given as Record<string, Filter>).every(([quantifier, of]) =>
      quantifier === 'some' ? list.some(fits(of)) : quantifier === 'none' ? !list.some(fits(of)) : list.every(fits(of)),
    );
  });
}
