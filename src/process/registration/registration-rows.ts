import { invalid } from '../../platform/errors.js';
import type { Link } from '../../platform/entity/links.js';
import { given } from '../../platform/checks.js';
import type { DependencyKind } from '../dependency-kind.js';
import type {
  AttributeInput,
  AttributeMappingInput,
  ContactInput,
  ObjectInput,
  RegisterProcessInput,
  SourceInput,
} from '../register-process.input.js';

/** Lists of a request that are complete where its mode is REPLACE. */
export const replaceable = ['sources', 'targets', 'contacts', 'dependsOn', 'datasetTypes', 'mappings', 'filters', 'links'] as const;
type Replaceable = (typeof replaceable)[number];

/** A row to which others point: its place in its list, from 1. */
interface Placed {
  place: number;
}

/** What rows point to, by place. */
interface Pointers {
  process: number;
  source: number;
  object: number;
  attribute: number;
  contact: number;
  /** Attributes, too. */
  from: number;
  to: number;
  /** The process that says the data type of an attribute. */
  declarer: number;
}
type To<P extends keyof Pointers> = Pick<Pointers, P>;

type SourceLink = To<'process' | 'source'>;
type ObjectLink = To<'process' | 'object'>;
type AttributeLink = To<'process' | 'attribute'> & Pick<AttributeInput, 'alias' | 'expression'>;
type ContactLink<Owner extends keyof Pointers> = To<Owner | 'contact'> & Pick<ContactInput, 'role'>;

/**
 * The lists that register_processes takes: names of look-ups, and rows. A row has the keys of its type in registration-types.sql, which a test
 * compares. A process has all that its input has beside lists.
 */
export interface RegistrationLists {
  tools: string[];
  processTypes: string[];
  sourceTypes: string[];
  dataTypes: string[];
  datasetTypes: string[];
  contacts: (Placed & Omit<ContactInput, 'role'>)[];
  processes: (Placed & Omit<RegisterProcessInput, 'mode' | Replaceable>)[];
  sources: (Placed & Pick<SourceInput, 'name' | 'type' | 'description'>)[];
  objects: (Placed & To<'source'> & Pick<ObjectInput, 'name' | 'description'>)[];
  attributes: (Placed & To<'object'> & Partial<To<'declarer'>> & { writes?: boolean } & Omit<AttributeInput, 'alias' | 'expression'>)[];
  readsSources: SourceLink[];
  readsObjects: ObjectLink[];
  readsAttributes: AttributeLink[];
  writesSources: SourceLink[];
  writesObjects: ObjectLink[];
  writesAttributes: AttributeLink[];
  processContacts: ContactLink<'process'>[];
  sourceContacts: ContactLink<'source'>[];
  objectContacts: ContactLink<'object'>[];
  processDatasetTypes: (To<'process'> & { name: string })[];
  dependencies: (To<'process'> & { parent: string; kind: DependencyKind })[];
  mappings: (To<'process' | 'from' | 'to'> & Pick<AttributeMappingInput, 'expression' | 'transformation'>)[];
  processLinks: (To<'process'> & Link)[];
  replaces: (To<'process'> & { what: Replaceable })[];
}

/** A row while places are not known yet: it points to others by their keys. */
type Keyed<Row> = { [K in keyof Row as Exclude<K, 'place'>]: K extends keyof Pointers ? string : Row[K] };

type Places = ReadonlyMap<string, number>;

/** Rows of a list under their keys, each once; a later entry adds what an earlier one left out. */
export class Rows<Row extends object> {
  readonly #byKey = new Map<string, Keyed<Row>>();

  /** @throws INVALID where the entry, which is at `path` of the request, contradicts an earlier one */
  add(key: string, facts: Keyed<Row>, path = 'input'): string {
    const known = this.#byKey.get(key);
    if (!known) this.#byKey.set(key, { ...facts });
    else
      for (const [name, value] of Object.entries<unknown>(facts).filter(([, each]) => given(each))) {
        const earlier: unknown = Reflect.get(known, name);
        if (given(earlier) && earlier !== value)
          throw invalid(`One request has two values of ${name} for one name: ${JSON.stringify(earlier)} and ${JSON.stringify(value)}.`, {
            argument: `${path}.${name}`,
            value,
            allowed: earlier,
          });
        Reflect.set(known, name, value);
      }
    return key;
  }

  /** Puts facts into a row, whatever it has. */
  set(key: string, facts: Partial<Keyed<Row>>): void {
    Object.assign(this.#byKey.get(key)!, facts);
  }

  /** All callers lock rows in one order: that of the keys. */
  #keys(): string[] {
    return [...this.#byKey.keys()].sort();
  }

  places(): Places {
    return new Map(this.#keys().map((key, i) => [key, i + 1]));
  }

  /** The rows in their order, pointing to others by place. `own` are the places of these rows, for a list that others point to. */
  sorted(placesOf: Record<keyof Pointers, Places>, own?: Places): Row[] {
    const pointers = new Map<string, Places>(Object.entries(placesOf));
    return Array.from(own?.keys() ?? this.#keys(), (key) => {
      const row: Record<string, unknown> = own ? { place: own.get(key) } : {};
      for (const [name, value] of Object.entries<unknown>(this.#byKey.get(key)!))
        row[name] = typeof value === 'string' ? (pointers.get(name)?.get(value) ?? value) : value;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as it was added, with places for keys.
      return row as Row;
    });
  }
}
