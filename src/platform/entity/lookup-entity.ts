import { Entity, Unique } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { Key, Text, type Column } from './columns.js';
import { Audited, Node } from './node.js';

type Columns = Record<string, Column<unknown>>;

export interface LookupEntityOptions<Extra extends Columns = Columns, Nullable extends boolean = boolean> {
  /** Name of the class and of the GraphQL type. */
  name: string;
  table: string;
  /** Column of the primary key. */
  key: string;
  /** Column of the unique label, the property `name`. */
  label: string;
  doc: string;
  /** Description of `name`, where more is to be said than that it is one. */
  labelDoc?: string;
  /** ProcessTracker allows rows without a label. */
  nullable?: Nullable;
  /** Columns beside the label: property name and column decorator. */
  extra?: Extra;
  /** Properties of `extra` that are unique on their own. */
  unique?: (keyof Extra & string)[];
}

type Lookup<Extra, Nullable> = Audited & { id: number; name: Nullable extends true ? string | null : string } & {
  [property in keyof Extra]: Extra[property] extends Column<infer Value> ? Value : never;
};
export type LookupEntity<Extra = unknown, Nullable = false> = { new (): Lookup<Extra, Nullable>; readonly name: string };

/** A look-up table is a key, a unique label and sometimes a little more: one call makes its class, which is entity and GraphQL type. */
export function lookupEntity<Extra extends Columns = Record<never, never>, Nullable extends boolean = false>(
  options: LookupEntityOptions<Extra, Nullable>,
): LookupEntity<Extra, Nullable> {
  const { name, table, key, label, doc, labelDoc = 'Its name, unique and case-sensitive.', nullable, extra = {}, unique = [] } = options;
  // The computed key names the class before any decorator reads its name.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the decorators below give it these properties.
  const made = { [name]: class extends Audited {} }[name] as unknown as LookupEntity<Extra, Nullable>;
  Key(key)(made.prototype, 'id');
  Text(label, { doc: labelDoc, nullable })(made.prototype, 'name');
  for (const [property, decorate] of Object.entries<Column<unknown>>(extra)) decorate(made.prototype, property);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any of them.
  for (const property of ['name', ...unique]) Unique({ properties: property as 'name' })(made);
  ObjectType(name, { implements: [Node, Audited], description: doc })(made);
  Entity({ tableName: table })(made);
  return made;
}
