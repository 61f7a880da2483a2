import type { Tx } from '../database.js';
import { refuseBlanks } from '../checks.js';
import { conflict } from '../errors.js';
import type { Row } from '../entity/node.js';
import { referenceTo } from '../entity/rows.js';
import type { Aliased, Named } from '../read/naming.js';
import { codeOf, textAt } from '../text-at.js';
import { spaced } from '../words.js';
import { anyEntityIn, deleteRows, updateRows, type Values } from './entities.js';

/** Turns the violation of a unique column into a CONFLICT that names the argument. */
export function taken(error: unknown, type: string, given: object): never {
  if (codeOf(error) !== '23505') throw error;
  const detail = textAt(error, 'detail');
  const [property, value] = Object.entries<unknown>({ ...given }).find(
    ([, each]) => typeof each === 'string' && (detail?.includes(`(${each})`) || detail?.includes(`, ${each})`)),
  ) ?? ['name', textAt(given, 'name')];
  throw conflict(`Another ${type} has the ${spaced(property)} ${JSON.stringify(value)}.`, { argument: `input.${property}`, value });
}

/** The key of a former name of a record: the name, and what it is unique in. */
function aliasKey({ within, alias }: Aliased, row: Row, name: string): Values<object> {
  if (!alias.scope) return { name };
  const { property, value = Reflect.get(row, within?.property ?? '') } = alias.scope;
  return { name, [property]: value };
}

/**
 * Gives a locked row another name; the old one becomes an alias. Answers what the caller should know.
 * @throws CONFLICT if another record has the name, or had it before
 */
export async function rename(tx: Tx, naming: Aliased, row: Row & Named, newName: string): Promise<string[]> {
  if (newName === row.name) return [];
  refuseBlanks(newName, 'input.newName');
  const { entity, alias } = naming;
  const type = entity.name;
  const holder = referenceTo(entity, alias.entity);
  await updateRows(tx, entity, { id: row.id }, { name: newName }).catch((error: unknown) => taken(error, type, { newName }));
  // Asked after the update, which waited for the call that had the name until now: this statement sees its result.
  const db = anyEntityIn(tx);
  const wanted = aliasKey(naming, row, newName);
  const other = await db
    .selectFrom(`${alias.entity.name} as a`)
    .innerJoin(`${type} as t`, `a.${holder}`, 't.id')
    .where((eb) => eb.and(Object.fromEntries(Object.entries(wanted).map(([property, value]) => [`a.${property}`, value]))))
    .select(['t.id', 't.name'])
    .executeTakeFirst();
  if (other && other.id !== row.id)
    throw conflict(
      `${JSON.stringify(newName)} is an alias of the ${type} ${JSON.stringify(other.name)}. Remove it first by \`removeAlias\`.`,
      { argument: 'input.newName', value: newName, aliasOf: other.name },
    );
  if (other) await deleteRows(tx, alias.entity, wanted);
  // What another client left without a name, or outside of everything, was never found by it.
  if (!row.name) return [];
  const former = aliasKey(naming, row, row.name);
  if (Object.values(former).includes(null)) return [];
  // The latest holder of a name has it as an alias: a row that took it meanwhile, by plain SQL, may have made it an alias of another.
  await db
    .insertInto(alias.entity.name)
    .values({ ...former, [holder]: row.id })
    .onConflict((on) => on.columns(Object.keys(former)).doUpdateSet({ [holder]: row.id }))
    .execute();
  return [
    `Waybill still finds the ${type} by ${JSON.stringify(row.name)}. ProcessTracker's Python client does not: with the old name it creates a new row.`,
  ];
}

/** Takes a former name away. Answers whether it was there. */
export async function removeAlias(tx: Tx, naming: Aliased, row: Row, name: string): Promise<boolean> {
  const { entity, alias } = naming;
  return (await deleteRows(tx, alias.entity, { ...aliasKey(naming, row, name), [referenceTo(entity, alias.entity)]: row.id })) > 0;
}
