import { referenceTo, shapeOf, type EntityClass } from '../entity/rows.js';

/** A record that has a name; other clients may have left it without. */
export interface Named {
  id: number;
  name: string | null;
}

/** How records of one kind are named: by their own name, or one that they had before. The own name of another record wins over an alias. */
export interface Naming<E extends Named = Named> {
  entity: EntityClass<E>;
  /** What names are unique in, such as the source of an object. Without it, among all. */
  within?: {
    naming: Naming;
    /** Property of the record that holds the number of what it is in. */
    property: string;
    /** How an input calls the name of it. */
    argument: string;
  };
  /** Where former names stand, for kinds that keep them. */
  alias?: {
    entity: EntityClass;
    /** Property beside the name in its key: it holds the number of what the record is in, or always the same text. */
    scope?: { property: string; value?: string };
  };
}

/** A kind that keeps former names. */
export type Aliased<E extends Named = Named> = Naming<E> & { alias: NonNullable<Naming['alias']> };

/** The arguments that name a record, from the outside in: `source`, `object`, `name`. */
export const nameArguments = ({ within }: Naming): string[] =>
  within ? [...nameArguments(within.naming).slice(0, -1), within.argument, 'name'] : ['name'];

/** SQL of the number of the record with this name in what `scope` is the number of; by its own name or a former one, null if there is none. */
export function idInSql({ entity, within, alias }: Naming, name: string, scope?: string): string {
  const { table, key, columns } = shapeOf(entity);
  const nameIs = `${columns.get('name')!.column} = ${name}`;
  const own = within ? `${nameIs} and ${columns.get(within.property)!.column} = ${scope}` : nameIs;
  const byName = `select ${key} from ${table} where ${own}`;
  if (!alias) return `(${byName})`;
  const former = shapeOf(alias.entity);
  const columnOf = (property: string) => former.columns.get(property)!.column;
  const { property: beside, value } = alias.scope ?? {};
  const was = beside ? `name = ${name} and ${columnOf(beside)} = ${value === undefined ? scope : `'${value}'`}` : `name = ${name}`;
  const holder = columnOf(referenceTo(entity, alias.entity));
  const byAlias = `select ${holder} from ${former.table} where ${was}`;
  return `coalesce((${byName}), (${byAlias}))`;
}

/** The same for the names of a record and of what it is in: `value` answers each argument's as SQL. */
export const idByNameSql = (naming: Naming, value: (argument: string) => string, argument = 'name'): string =>
  idInSql(naming, value(argument), naming.within && idByNameSql(naming.within.naming, value, naming.within.argument));
