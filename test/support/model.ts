import fc from 'fast-check';
import type { Api } from './api.js';

/**
 * A small random catalogue, in the store and in memory, and filters on it with their meaning in memory: written from what the schema
 * says of the operators, without a look at the SQL.
 */
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

export interface Item {
  [property: string]: any;
  name: string;
}
export type Catalogue = Record<string, Item[]>;

const texts = ['a', 'A', 'ab', 'Ab%', 'b_a', '\\', '', '😀a', "'; --"];
const instants = ['2026-01-31T08:00:00.000000Z', '2026-01-31T08:00:00.000001Z', '2026-02-01T00:00:00.000000Z'];
const bigs = ['0', '7', '9007199254740993', '9223372036854775807'];
const decimals = ['0', '-1.5', '1.50', '100000000000000000000.1'];

const maybe = <T>(values: readonly T[]) => fc.constantFrom(null, ...values);
const links = (max: number) => fc.uniqueArray(fc.nat(max - 1), { maxLength: 3 });

/** The parts of a catalogue that are left to chance; names are `a0`, `b1`, … so that they differ. */
export const catalogueShape = fc.record({
  contacts: fc.array(fc.record({ email: maybe(texts) }), { minLength: 1, maxLength: 3 }),
  sources: fc.array(fc.record({ description: maybe(texts), contacts: links(3) }), { minLength: 1, maxLength: 4 }),
  objects: fc.array(fc.record({ name: maybe(texts), description: maybe(texts), source: fc.nat(3) }), { maxLength: 6 }),
  attributes: fc.array(
    fc.record({ name: fc.constantFrom(...texts), length: maybe([0, 1, 10]), isKey: fc.boolean(), defaultNumber: maybe(decimals), object: fc.nat(5) }),
    { maxLength: 8 },
  ),
  processes: fc.array(
    fc.record({
      name: fc.constantFrom(...texts),
      description: maybe(texts),
      type: maybe([1, 2]),
      totalRecordCount: fc.constantFrom(...bigs),
      lastCompletedAt: maybe(instants),
      sources: links(4),
      targets: links(4),
      objects: links(6),
      attributes: links(8),
    }),
    { minLength: 1, maxLength: 6 },
  ),
});
type Shape = typeof catalogueShape extends fc.Arbitrary<infer T> ? T : never;

/** Makes the rows of a catalogue in memory: every link is there from both sides, the coarser ones too. */
export function build(shape: Shape): Catalogue {
  const pick = <T>(list: readonly T[], numbers: readonly number[]) => [...new Set(numbers.filter((i) => i < list.length).map((i) => list[i]!))];
  const unique = <T>(list: readonly T[]) => [...new Set(list)];
  const contacts: Item[] = shape.contacts.map((each, i) => ({ ...each, email: each.email === null ? null : `${each.email}${i}`, name: `c${i}`, sources: [] }));
  const sources: Item[] = shape.sources.map((each, i) => ({ ...each, name: `s${i}`, contacts: pick(contacts, each.contacts), objects: [], readBy: [], writtenBy: [] }));
  for (const source of sources) for (const contact of source.contacts) contact.sources.push(source);
  const objects: Item[] = shape.objects.map((each, i) => ({
    ...each,
    // One without a name, as another client may leave it: readers see an empty one.
    name: each.name === null && i === 0 ? '' : `${each.name ?? ''}${i}`,
    unnamed: each.name === null && i === 0,
    source: sources[each.source % sources.length]!,
    attributes: [],
    readBy: [],
  }));
  for (const object of objects) if (!object.unnamed) object.source.objects.push(object);
  const attributes: Item[] = shape.attributes
    .map((each, i) => ({ ...each, name: `${each.name}${i}`, object: objects.length ? objects[each.object % objects.length]! : null, readBy: [] as Item[] }))
    .map((each) => each as Item);
  for (const attribute of attributes) attribute.object?.attributes.push(attribute);
  const processTypes: Item[] = [{ name: 'Extract' }, { name: 'Load' }];
  const processes: Item[] = shape.processes.map((each, i) => {
    const sourceAttributes = pick(attributes, each.attributes);
    const sourceObjects = unique([...pick(objects, each.objects), ...sourceAttributes.flatMap(({ object }) => (object ? [object as Item] : []))]);
    return {
      ...each,
      name: `${each.name}${i}`,
      type: each.type ? processTypes[each.type - 1] : null,
      sourceAttributes,
      sourceObjects,
      sources: unique([...pick(sources, each.sources), ...sourceObjects.map(({ source }) => source as Item)]),
      targets: pick(sources, each.targets),
    };
  });
  for (const process of processes) {
    for (const each of [...process.sources, ...process.sourceObjects, ...process.sourceAttributes]) each.readBy.push(process);
    for (const each of process.targets) each.writtenBy.push(process);
  }
  return { Contact: contacts, Source: sources, SourceObject: objects, SourceObjectAttribute: attributes, Process: processes };
}

/** Replaces what the store holds by the catalogue. */
export async function store(api: Api, catalogue: Catalogue): Promise<void> {
  await api.sql('truncate process, source_lkup, source_object_lkup, source_object_attribute_lkup, contact_lkup restart identity cascade');
  const number = new Map(Object.values(catalogue).flatMap((items) => items.map((item, i) => [item, i + 1])));
  const insert = async (table: string, columns: string, rows: unknown[][]) => {
    for (const row of rows) await api.sql(`insert into ${table} (${columns}) values (${row.map((_, i) => `$${i + 1}`).join(', ')}) on conflict do nothing`, row);
  };
  const { Contact, Source, SourceObject, SourceObjectAttribute, Process } = catalogue as Record<string, Item[]>;
  const pairs = (items: Item[], list: string) => items.flatMap((item) => item[list].map((other: Item) => [number.get(item), number.get(other)]));
  await insert('contact_lkup', 'contact_name, contact_email', Contact!.map(({ name, email }) => [name, email]));
  await insert('source_lkup', 'source_name, description', Source!.map(({ name, description }) => [name, description]));
  await insert(
    'source_object_lkup',
    'source_object_name, description, source_id',
    SourceObject!.map(({ name, unnamed, description, source }) => [unnamed ? null : name, description, number.get(source)]),
  );
  await insert(
    'source_object_attribute_lkup',
    'source_object_attribute_name, data_length, is_key, default_value_number, source_object_id',
    SourceObjectAttribute!.map(({ name, length, isKey, defaultNumber, object }) => [name, length, isKey, defaultNumber, object && number.get(object)]),
  );
  await insert(
    'process',
    'process_name, description, process_type_id, total_record_count, last_completed_run_date_time',
    Process!.map(({ name, description, type, totalRecordCount, lastCompletedAt }) => [
      name,
      description,
      type && (type.name === 'Extract' ? 1 : 2),
      totalRecordCount,
      lastCompletedAt ?? '1900-01-01',
    ]),
  );
  await insert('source_contact', 'source_id, contact_id', pairs(Source!, 'contacts'));
  await insert('process_source_object_attribute', 'process_id, source_object_attribute_id', pairs(Process!, 'sourceAttributes'));
  await insert('process_source_object', 'process_id, source_object_id', pairs(Process!, 'sourceObjects'));
  await insert('process_source', 'process_id, source_id', pairs(Process!, 'sources'));
  await insert('process_target', 'process_id, target_source_id', pairs(Process!, 'targets'));
}

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
const merged = (parts: fc.Arbitrary<Filter>, max: number) => fc.array(parts, { maxLength: max }).map((each) => Object.assign({}, ...each) as Filter);

/** Random filters on a type. */
export function filters(type: string, depth = 3): fc.Arbitrary<Filter> {
  const { columns, nullable, one, many } = types[type]!;
  const conditions = Object.entries(columns).map(([column, kind]) =>
    single(
      column,
      merged(
        fc.oneof(
          ...operators[kind].map((operator): fc.Arbitrary<Filter> =>
            single<unknown>(operator, ['in', 'notIn'].includes(operator) ? fc.array<unknown>(values[kind], { minLength: 1, maxLength: 3 }) : values[kind]),
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
      ...Object.entries(many).map(([field, of]) => single(field, merged(fc.oneof(...['some', 'none', 'every'].map((each) => single(each, below(of)))), 2))),
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
    kind === 'instant' ? BigInt(Date.parse(each)) * 1000n + BigInt(/\.\d{3}(\d{3})Z/.exec(each)?.[1] ?? 0) : kind === 'text' || kind === 'boolean' ? each : scaled(each);
  const [a, b] = [key(value), key(given)];
  switch (operator) {
    case 'eq': return a === b; // prettier-ignore
    case 'lt': case 'before': return a < b; // prettier-ignore
    case 'lte': case 'onOrBefore': return a <= b; // prettier-ignore
    case 'gt': case 'after': return a > b; // prettier-ignore
    case 'gte': case 'onOrAfter': return a >= b; // prettier-ignore
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
