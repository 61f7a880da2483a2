import fc from 'fast-check';
import type { Api } from './api.js';

export interface Item {
  [property: string]: any;
  name: string;
}

/** A small random catalogue, in the store and in memory: the rows of each type, with their relations. */
export type Catalogue = Record<string, Item[]>;

export const texts = ['a', 'A', 'ab', 'Ab%', 'b_a', '\\', '', '😀a', "'; --"];
export const instants = ['2026-01-31T08:00:00.000000Z', '2026-01-31T08:00:00.000001Z', '2026-02-01T00:00:00.000000Z'];
export const bigs = ['0', '7', '9007199254740993', '9223372036854775807'];
export const decimals = ['0', '-1.5', '1.50', '100000000000000000000.1'];

const maybe = <T>(values: readonly T[]) => fc.constantFrom(null, ...values);
const links = (max: number) => fc.uniqueArray(fc.nat(max - 1), { maxLength: 3 });

/** The parts of a catalogue that are left to chance; names are `a0`, `b1`, … so that they differ. */
export const catalogueShape = fc.record({
  contacts: fc.array(fc.record({ email: maybe(texts) }), { minLength: 1, maxLength: 3 }),
  sources: fc.array(fc.record({ description: maybe(texts), contacts: links(3) }), { minLength: 1, maxLength: 4 }),
  objects: fc.array(fc.record({ name: maybe(texts), description: maybe(texts), source: fc.nat(3) }), { maxLength: 6 }),
  attributes: fc.array(
    fc.record({
      name: fc.constantFrom(...texts),
      length: maybe([0, 1, 10]),
      isKey: fc.boolean(),
      defaultNumber: maybe(decimals),
      object: fc.nat(5),
    }),
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
  const pick = <T>(list: readonly T[], numbers: readonly number[]) => [
    ...new Set(numbers.filter((i) => i < list.length).map((i) => list[i]!)),
  ];
  const unique = <T>(list: readonly T[]) => [...new Set(list)];
  const contacts: Item[] = shape.contacts.map((each, i) => ({
    ...each,
    email: each.email === null ? null : `${each.email}${i}`,
    name: `c${i}`,
    sources: [],
  }));
  const sources: Item[] = shape.sources.map((each, i) => ({
    ...each,
    name: `s${i}`,
    contacts: pick(contacts, each.contacts).map((contact) => ({ name: '', contact })),
    objects: [],
    readBy: [],
    writtenBy: [],
  }));
  for (const source of sources) for (const { contact } of source.contacts) contact.sources.push(source);
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
    .map((each, i) => ({
      ...each,
      name: `${each.name}${i}`,
      object: objects.length ? objects[each.object % objects.length]! : null,
      readBy: [] as Item[],
    }))
    .map((each) => each as Item);
  for (const attribute of attributes) attribute.object?.attributes.push(attribute);
  const processTypes: Item[] = [{ name: 'Extract' }, { name: 'Load' }];
  const processes: Item[] = shape.processes.map((each, i) => {
    const sourceAttributes = pick(attributes, each.attributes);
    const sourceObjects = unique([
      ...pick(objects, each.objects),
      ...sourceAttributes.flatMap(({ object }) => (object ? [object as Item] : [])),
    ]);
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
    for (const row of rows)
      await api.sql(`insert into ${table} (${columns}) values (${row.map((_, i) => `$${i + 1}`).join(', ')}) on conflict do nothing`, row);
  };
  const { Contact, Source, SourceObject, SourceObjectAttribute, Process } = catalogue as Record<string, Item[]>;
  const pairs = (items: Item[], list: string) =>
    items.flatMap((item) => item[list].map((other: Item) => [number.get(item), number.get(other)]));
  await insert(
    'contact_lkup',
    'contact_name, contact_email',
    Contact!.map(({ name, email }) => [name, email]),
  );
  await insert(
    'source_lkup',
    'source_name, description',
    Source!.map(({ name, description }) => [name, description]),
  );
  await insert(
    'source_object_lkup',
    'source_object_name, description, source_id',
    SourceObject!.map(({ name, unnamed, description, source }) => [unnamed ? null : name, description, number.get(source)]),
  );
  await insert(
    'source_object_attribute_lkup',
    'source_object_attribute_name, data_length, is_key, default_value_number, source_object_id',
    SourceObjectAttribute!.map(({ name, length, isKey, defaultNumber, object }) => [
      name,
      length,
      isKey,
      defaultNumber,
      object && number.get(object),
    ]),
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
  await insert(
    'source_contact',
    'source_id, contact_id',
    Source!.flatMap((source) => source.contacts.map((link: Item) => [number.get(source), number.get(link.contact)])),
  );
  await insert('process_source_object_attribute', 'process_id, source_object_attribute_id', pairs(Process!, 'sourceAttributes'));
  await insert('process_source_object', 'process_id, source_object_id', pairs(Process!, 'sourceObjects'));
  await insert('process_source', 'process_id, source_id', pairs(Process!, 'sources'));
  await insert('process_target', 'process_id, target_source_id', pairs(Process!, 'targets'));
}
