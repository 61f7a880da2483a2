import { checkNotNegative, checkWebAddress, checkWithoutSecrets } from '../../platform/checks.js';
import { keptLinks } from '../../platform/entity/links.js';
import { RegistrationMode, type AttributeInput, type ContactInput, type ObjectInput, type SourceInput } from '../register-process.input.js';
import type { AttributeNames, NamedMapping, NamedRequest } from './name-references.js';
import { replaceable, Rows, type RegistrationLists } from './registration-rows.js';

const names = (list: Iterable<string | null | undefined>) =>
  [...new Set([...list].filter((name) => name !== null && name !== undefined))].sort();
const keyOf = (...parts: string[]) => JSON.stringify(parts);

type RowsOf<List extends keyof RegistrationLists> = Rows<Exclude<RegistrationLists[List][number], string>>;
type Side = 'reads' | 'writes';
type Role = string | null | undefined;

/** Everything that the requests name, once, with places instead of names. */
export function listsOf(requests: readonly NamedRequest[]) {
  const processes: RowsOf<'processes'> = new Rows();
  const sources: RowsOf<'sources'> = new Rows();
  const objects: RowsOf<'objects'> = new Rows();
  const attributes: RowsOf<'attributes'> = new Rows();
  const contacts: RowsOf<'contacts'> = new Rows();
  const readsSources: RowsOf<'readsSources'> = new Rows();
  const readsObjects: RowsOf<'readsObjects'> = new Rows();
  const readsAttributes: RowsOf<'readsAttributes'> = new Rows();
  const writesSources: RowsOf<'writesSources'> = new Rows();
  const writesObjects: RowsOf<'writesObjects'> = new Rows();
  const writesAttributes: RowsOf<'writesAttributes'> = new Rows();
  const processContacts: RowsOf<'processContacts'> = new Rows();
  const sourceContacts: RowsOf<'sourceContacts'> = new Rows();
  const objectContacts: RowsOf<'objectContacts'> = new Rows();
  const processDatasetTypes: RowsOf<'processDatasetTypes'> = new Rows();
  const dependencies: RowsOf<'dependencies'> = new Rows();
  const mappings: RowsOf<'mappings'> = new Rows();
  const processLinks: RowsOf<'processLinks'> = new Rows();
  const replaces: RowsOf<'replaces'> = new Rows();
  const links = {
    reads: { sources: readsSources, objects: readsObjects, attributes: readsAttributes },
    writes: { sources: writesSources, objects: writesObjects, attributes: writesAttributes },
  };

  const addContacts = (list: readonly ContactInput[] | null | undefined, path: string, link: (contact: string, role: Role) => void) => {
    for (const [i, { role, ...facts }] of (list ?? []).entries()) {
      checkWebAddress(facts.url, `${path}.contacts.${i}.url`);
      for (const fact of ['chat', 'pager'] as const) checkWithoutSecrets(facts[fact], `${path}.contacts.${i}.${fact}`);
      link(contacts.add(facts.name, facts, `${path}.contacts.${i}`), role);
    }
  };
  /** Who says the data type of an attribute: of several a process that writes it. */
  const declared = new Map<string, { declarer: string; writes: boolean }>();
  const addAttribute = (side: Side, process: string, object: string, { alias, expression, ...facts }: AttributeInput, path: string) => {
    for (const fact of ['length', 'ordinal'] as const) checkNotNegative(facts[fact], `${path}.${fact}`);
    const attribute = attributes.add(keyOf(object, facts.name), { object, ...facts }, path);
    if (facts.dataType && !declared.get(attribute)?.writes && (side === 'writes' || !declared.has(attribute)))
      declared.set(attribute, { declarer: process, writes: side === 'writes' });
    links[side].attributes.add(keyOf(process, attribute), { process, attribute, alias, expression }, path);
  };
  const addSide = (process: string, side: Side, list: readonly SourceInput[] | null | undefined) => {
    for (const [i, { name, type, description, ...below }] of (list ?? []).entries()) {
      const path = `input.${side === 'reads' ? 'sources' : 'targets'}.${i}`;
      const source = sources.add(name, { name, type, description }, path);
      addContacts(below.contacts, path, (contact, role) =>
        sourceContacts.add(keyOf(source, contact, role ?? ''), { source, contact, role }),
      );
      if (!below.objects?.length) links[side].sources.add(keyOf(process, source), { process, source });
      for (const [j, each] of (below.objects ?? []).entries()) addObject(process, side, source, each, `${path}.objects.${j}`);
    }
  };
  const addObject = (process: string, side: Side, source: string, input: ObjectInput, path: string) => {
    const { name, description } = input;
    const object = objects.add(keyOf(source, name), { source, name, description }, path);
    addContacts(input.contacts, path, (contact, role) => objectContacts.add(keyOf(object, contact, role ?? ''), { object, contact, role }));
    if (!input.attributes?.length) links[side].objects.add(keyOf(process, object), { process, object });
    for (const [k, attribute] of (input.attributes ?? []).entries())
      addAttribute(side, process, object, attribute, `${path}.attributes.${k}`);
  };
  const addMapping = (process: string, { expression, transformation, ...ends }: NamedMapping, path: string) => {
    const attributeOf = ({ source: ofSource, object: ofObject, name }: AttributeNames) => {
      const source = sources.add(ofSource, { name: ofSource });
      const object = objects.add(keyOf(source, ofObject), { source, name: ofObject });
      return attributes.add(keyOf(object, name), { object, name });
    };
    const [from, to] = [attributeOf(ends.from), attributeOf(ends.to)];
    mappings.add(keyOf(process, from, to), { process, from, to, expression, transformation }, path);
  };
  for (const request of requests) {
    const {
      mode,
      sources: reads,
      targets: writes,
      contacts: called,
      dependsOn,
      datasetTypes,
      mappings: mapped,
      filters: _,
      links: pages,
      ...facts
    } = request;
    const process = processes.add(facts.name, facts);
    addContacts(called, 'input', (contact, role) => processContacts.add(keyOf(process, contact, role ?? ''), { process, contact, role }));
    addSide(process, 'reads', reads);
    addSide(process, 'writes', writes);
    for (const { parent, kind } of dependsOn ?? []) dependencies.add(keyOf(process, parent, kind), { process, parent, kind });
    for (const [i, mapping] of (mapped ?? []).entries()) addMapping(process, mapping, `input.mappings.${i}`);
    for (const { label, url } of keptLinks(pages, 'input.links') ?? [])
      processLinks.add(keyOf(process, label), { process, label, url }, 'input.links');
    if (mode === RegistrationMode.REPLACE)
      for (const what of replaceable) if (request[what]) replaces.add(keyOf(process, what), { process, what });
    for (const name of datasetTypes ?? []) processDatasetTypes.add(keyOf(process, name), { process, name });
  }

  for (const [attribute, by] of declared) attributes.set(attribute, by);

  const places = {
    process: processes.places(),
    source: sources.places(),
    object: objects.places(),
    attribute: attributes.places(),
    contact: contacts.places(),
  };
  const placesOf = { ...places, from: places.attribute, to: places.attribute, declarer: places.process };
  const placedSources = sources.sorted(placesOf, places.source);
  const placedAttributes = attributes.sorted(placesOf, places.attribute);
  const lists: RegistrationLists = {
    tools: names(requests.map(({ tool }) => tool)),
    processTypes: names(requests.map(({ type }) => type)),
    sourceTypes: names(placedSources.map(({ type }) => type)),
    dataTypes: names(placedAttributes.map(({ dataType }) => dataType)),
    datasetTypes: names(requests.flatMap(({ datasetTypes }) => datasetTypes ?? [])),
    contacts: contacts.sorted(placesOf, places.contact),
    processes: processes.sorted(placesOf, places.process),
    sources: placedSources,
    objects: objects.sorted(placesOf, places.object),
    attributes: placedAttributes,
    readsSources: readsSources.sorted(placesOf),
    readsObjects: readsObjects.sorted(placesOf),
    readsAttributes: readsAttributes.sorted(placesOf),
    writesSources: writesSources.sorted(placesOf),
    writesObjects: writesObjects.sorted(placesOf),
    writesAttributes: writesAttributes.sorted(placesOf),
    processContacts: processContacts.sorted(placesOf),
    sourceContacts: sourceContacts.sorted(placesOf),
    objectContacts: objectContacts.sorted(placesOf),
    processDatasetTypes: processDatasetTypes.sorted(placesOf),
    dependencies: dependencies.sorted(placesOf),
    mappings: mappings.sorted(placesOf),
    processLinks: processLinks.sorted(placesOf),
    replaces: replaces.sorted(placesOf),
  };
  return { lists, placeOfProcess: (name: string) => places.process.get(name)! };
}
