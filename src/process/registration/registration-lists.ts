import { checkNotNegative } from '../../platform/checks.js';
import { invalid } from '../../platform/errors.js';
import { given } from '../../platform/write/reports.js';
import {
  RegistrationMode,
  type AttributeInput,
  type AttributeMappingInput,
  type ContactInput,
  type RegisterProcessInput,
  type SourceInput,
} from '../register-process.input.js';
import { textAt } from '../../platform/text-at.js';

type Facts = Record<string, unknown>;

/** Rows under a key, each once; a later entry adds what an earlier one left out. */
class Rows {
  readonly #byKey = new Map<string, Facts>();

  /** @throws INVALID where the entry, which is at `path` of the request, contradicts an earlier one */
  add(key: string, facts: Facts, path = 'input'): string {
    const known = this.#byKey.get(key);
    if (!known) this.#byKey.set(key, { ...facts });
    else
      for (const [name, value] of Object.entries(facts).filter(([, each]) => given(each))) {
        if (given(known[name]) && known[name] !== value)
          throw invalid(
            `One request has two values of ${name} for one name: ${JSON.stringify(known[name])} and ${JSON.stringify(value)}.`,
            {
              argument: `${path}.${name}`,
              value,
              allowed: known[name],
            },
          );
        known[name] = value;
      }
    return key;
  }

  /** All callers lock rows in one order: that of the keys. Answers each row's place, counted from 1, as `i`. */
  sorted(place: (facts: Facts) => Facts = (facts) => facts): { rows: Facts[]; placeOf: (key: unknown) => number } {
    const keys = [...this.#byKey.keys()].sort();
    const places = new Map(keys.map((key, i) => [key, i + 1]));
    return {
      rows: keys.map((key, i) => ({ i: i + 1, ...place(this.#byKey.get(key)!) })),
      placeOf: (key) => (typeof key === 'string' ? places.get(key) : undefined)!,
    };
  }
}

const names = (list: Iterable<string | null | undefined>) =>
  [...new Set([...list].filter((name) => name !== null && name !== undefined))].sort();
const keyOf = (...parts: string[]) => JSON.stringify(parts);

/** Lists of a request that are complete where its mode is REPLACE. */
export const replaceable = ['sources', 'targets', 'contacts', 'dependsOn', 'datasetTypes', 'mappings', 'filters'] as const;

/** The lists that register_processes takes: everything named, once, pointing to each other by place. */
export function listsOf(requests: readonly RegisterProcessInput[]) {
  const processes = new Rows();
  const sources = new Rows();
  const objects = new Rows();
  const attributes = new Rows();
  const contacts = new Rows();
  const links = {
    readsSources: new Rows(),
    readsObjects: new Rows(),
    readsAttributes: new Rows(),
    writesSources: new Rows(),
    writesObjects: new Rows(),
    writesAttributes: new Rows(),
    processContacts: new Rows(),
    sourceContacts: new Rows(),
    objectContacts: new Rows(),
    processDatasetTypes: new Rows(),
    dependencies: new Rows(),
    mappings: new Rows(),
    replaces: new Rows(),
  };

  const addContacts = (to: Rows, owner: string, list: readonly ContactInput[] | null | undefined, path: string) => {
    for (const [i, { name, email, role }] of (list ?? []).entries())
      to.add(keyOf(owner, name, role ?? ''), { owner, c: contacts.add(name, { name, email }, `${path}.contacts.${i}`), role });
  };
  const addAttribute = (to: Rows, p: string, o: string, { alias, expression, ...facts }: AttributeInput, path: string) => {
    for (const fact of ['length', 'ordinal'] as const) checkNotNegative(facts[fact], `${path}.${fact}`);
    const a = attributes.add(keyOf(o, facts.name), { o, ...facts }, path);
    to.add(keyOf(p, a), { p, a, alias, expression }, path);
  };
  const addSide = (p: string, side: 'reads' | 'writes', list: readonly SourceInput[] | null | undefined) => {
    for (const [i, source] of (list ?? []).entries()) {
      const path = `input.${side === 'reads' ? 'sources' : 'targets'}.${i}`;
      const s = sources.add(source.name, { name: source.name, type: source.type, description: source.description }, path);
      addContacts(links.sourceContacts, s, source.contacts, path);
      if (!source.objects?.length) links[`${side}Sources`].add(keyOf(p, s), { p, s });
      for (const [j, object] of (source.objects ?? []).entries()) {
        const below = `${path}.objects.${j}`;
        const o = objects.add(keyOf(s, object.name), { s, name: object.name, description: object.description }, below);
        addContacts(links.objectContacts, o, object.contacts, below);
        if (!object.attributes?.length) links[`${side}Objects`].add(keyOf(p, o), { p, o });
        for (const [k, attribute] of (object.attributes ?? []).entries())
          addAttribute(links[`${side}Attributes`], p, o, attribute, `${below}.attributes.${k}`);
      }
    }
  };
  const addMapping = (p: string, { from, to, expression, transformation }: AttributeMappingInput, path: string) => {
    const attributeOf = ({ source, object, attribute: name }: AttributeMappingInput['from']) => {
      const s = sources.add(source, { name: source });
      const o = objects.add(keyOf(s, object), { s, name: object });
      return attributes.add(keyOf(o, name), { o, name });
    };
    const [f, t] = [attributeOf(from), attributeOf(to)];
    links.mappings.add(keyOf(p, f, t), { p, f, t, expression, transformation }, path);
  };
  for (const request of requests) {
    const { name, type, tool, scheduleFrequency: frequency, description } = request;
    const { failureLimit, runTimeLimitSeconds, leaseSeconds, cron } = request;
    const facts = { name, type, tool, frequency, description, failureLimit, runTimeLimitSeconds, leaseSeconds, cron };
    const p = processes.add(name, facts);
    addContacts(links.processContacts, p, request.contacts, 'input');
    addSide(p, 'reads', request.sources);
    addSide(p, 'writes', request.targets);
    for (const parent of request.dependsOn ?? []) links.dependencies.add(keyOf(p, parent), { p, parent });
    for (const [i, mapping] of (request.mappings ?? []).entries()) addMapping(p, mapping, `input.mappings.${i}`);
    if (request.mode === RegistrationMode.REPLACE)
      for (const what of replaceable) if (request[what]) links.replaces.add(keyOf(p, what), { p, what });
    for (const datasetType of request.datasetTypes ?? []) links.processDatasetTypes.add(keyOf(p, datasetType), { p, name: datasetType });
  }

  const process = processes.sorted();
  const source = sources.sorted();
  const object = objects.sorted((facts) => ({ ...facts, s: source.placeOf(facts.s) }));
  const attribute = attributes.sorted((facts) => ({ ...facts, o: object.placeOf(facts.o) }));
  const contact = contacts.sorted();
  const places: Record<string, (key: unknown) => number> = {
    p: process.placeOf,
    s: source.placeOf,
    o: object.placeOf,
    a: attribute.placeOf,
    c: contact.placeOf,
    f: attribute.placeOf,
    t: attribute.placeOf,
  };
  const placed = (facts: Facts) => Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, places[name]?.(value) ?? value]));
  const owned = (letter: string) => (facts: Facts) => placed({ ...facts, [letter]: facts.owner, owner: undefined });
  const input = {
    tools: names(requests.map(({ tool }) => tool)),
    processTypes: names(requests.map(({ type }) => type)),
    sourceTypes: names(source.rows.map((row) => textAt(row, 'type'))),
    dataTypes: names(attribute.rows.map((row) => textAt(row, 'dataType'))),
    datasetTypes: names(requests.flatMap(({ datasetTypes }) => datasetTypes ?? [])),
    contacts: contact.rows,
    processes: process.rows,
    sources: source.rows,
    objects: object.rows,
    attributes: attribute.rows,
    readsSources: links.readsSources.sorted(placed).rows,
    readsObjects: links.readsObjects.sorted(placed).rows,
    readsAttributes: links.readsAttributes.sorted(placed).rows,
    writesSources: links.writesSources.sorted(placed).rows,
    writesObjects: links.writesObjects.sorted(placed).rows,
    writesAttributes: links.writesAttributes.sorted(placed).rows,
    processContacts: links.processContacts.sorted(owned('p')).rows,
    sourceContacts: links.sourceContacts.sorted(owned('s')).rows,
    objectContacts: links.objectContacts.sorted(owned('o')).rows,
    processDatasetTypes: links.processDatasetTypes.sorted(placed).rows,
    dependencies: links.dependencies.sorted(placed).rows,
    mappings: links.mappings.sorted(placed).rows,
    replaces: links.replaces.sorted(placed).rows,
  };
  return { input, placeOfProcess: process.placeOf, emails: contact.rows.map((row) => textAt(row, 'email')) };
}
