import fc from 'fast-check';
import { bigs, decimals, instants, texts, type Item } from './model.js';

/** Filters and what they mean in memory: written from what the schema says of the operators, without a look at the SQL. */
export type Filter = Record<string, unknown>;

interface Type {
  columns: Record<string, 'text' | 'int' | 'big' | 'decimal' | 'boolean' | 'instant'>;
  nullable: string[];
  one: Record<string, string>;
  many: Record<string, string>;
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
    many: { objects: 'SourceObject', contacts: 'Contact', readBy: 'Process', writtenBy: 'Process' },
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
  Contact: { columns: { name: 'text', email: 'text' }, nullable: ['email'], one: {}, many: { sources: 'Source' } },
};

const values = {
  text: fc.constantFrom(...texts, ...texts.map((text) => `${text}0`), ...texts.map((text) => `${text}1`), 's0', 's1', 'c0', 'c1'),
  int: fc.constantFrom(-1, 0, 1, 10),
  big: fc.constantFrom(...bigs),
  decimal: fc.constantFrom(...decimals, '1.5'),
  boolean: fc.boolean(),
  instant: fc.constantFrom(...instants, '2026-01-31T09:00:00+01:00'),
};
const operators = {
  text: ['eq', 'ne', 'in', 'notIn', 'contains', 'startsWith', 'endsWith', 'containsIgnoreCase'],
  int: ['eq', 'ne', 'in', 'notIn', 'lt', 'lte', 'gt', 'gte'],
  big: ['eq', 'ne', 'in', 'notIn', 'lt', 'lte', 'gt', 'gte'],
  decimal: ['eq', 'ne', 'in', 'notIn', 'lt', 'lte', 'gt', 'gte'],
  boolean: ['eq'],
  instant: ['before', 'onOrBefore', 'after', 'onOrAfter'],
};

const single = <T>(key: string, value: fc.Arbitrary<T>): fc.Arbitrary<Filter> => value.map((each) => ({ [key]: each }));
const merged = (parts: fc.Arbitrary<Filter>, max: number) =>
  fc.array(parts, { maxLength: max }).map((each) => Object.assign({}, ...each) as Filter);

/** Random filters on a type. */
export function filters(type: string, depth = 3): fc.Arbitrary<Filter> {
  const { columns, nullable, one, many } = types[type]!;
  const conditions = Object.entries(columns).map(([column, kind]) =>
    single(
      column,
      merged(
        fc.oneof(
          ...operators[kind].map((operator): fc.Arbitrary<Filter> =>
            single<unknown>(
              operator,
              ['in', 'notIn'].includes(operator) ? fc.array<unknown>(values[kind], { minLength: 1, maxLength: 3 }) : values[kind],
            ),
          ),
          ...(nullable.includes(column) ? [single('isNull', fc.boolean())] : []),
        ),
        2,
      ),
    ),
  );
  if (!depth) return merged(fc.oneof(...conditions), 2);
  const below = (of: string) => fc.constant(null).chain(() => filters(of, depth - 1));
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

function holds(kind: Type['columns'][string], operator: string, value: any, given: any): boolean {
  if (operator === 'isNull') return (value === null) === given;
  if (operator === 'ne') return !holds(kind, 'eq', value, given);
  if (operator === 'notIn') return !holds(kind, 'in', value, given);
  if (operator === 'in') return given.some((each: unknown) => holds(kind, 'eq', value, each));
  if (value === null) return false;
  const key = (each: any) =>
    kind === 'instant'
      ? BigInt(Date.parse(each)) * 1000n + BigInt(/\.\d{3}(\d{3})Z/.exec(each)?.[1] ?? 0)
      : kind === 'text' || kind === 'boolean'
        ? each
        : scaled(each);
  const [a, b] = [key(value), key(given)];
  switch (operator) {
    case 'eq': return a === b; // prettier-ignore
    case 'lt':
    case 'before': return a < b; // prettier-ignore
    case 'lte':
    case 'onOrBefore': return a <= b; // prettier-ignore
    case 'gt':
    case 'after': return a > b; // prettier-ignore
    case 'gte':
    case 'onOrAfter': return a >= b; // prettier-ignore
    case 'contains': return a.includes(b); // prettier-ignore
    case 'startsWith': return a.startsWith(b); // prettier-ignore
    case 'endsWith': return a.endsWith(b); // prettier-ignore
    case 'containsIgnoreCase': return a.toLowerCase().includes(b.toLowerCase()); // prettier-ignore
  }
  throw new Error(operator);
}

/** Whether a row of the catalogue in memory meets a filter. */
export function meets(type: string, item: Item, filter: Filter): boolean {
  const { columns, one, many } = types[type]!;
  return Object.entries(filter).every(([field, given]: [string, any]) => {
    if (field === 'and') return given.every((each: Filter) => meets(type, item, each));
    if (field === 'or') return given.some((each: Filter) => meets(type, item, each));
    if (field === 'not') return !meets(type, item, given);
    if (columns[field]) return Object.entries(given).every(([operator, value]) => holds(columns[field]!, operator, item[field], value));
    if (one[field]) return item[field] !== null && meets(one[field], item[field], given);
    const list = item[field] as Item[];
    const fits = (of: Filter) => (each: Item) => meets(many[field]!, each, of);
    return Object.entries(given as Record<string, Filter>).every(([quantifier, of]) =>
      quantifier === 'some' ? list.some(fits(of)) : quantifier === 'none' ? !list.some(fits(of)) : list.every(fits(of)),
    );
  });
}
