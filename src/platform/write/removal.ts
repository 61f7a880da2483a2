import { Arg, Ctx, Field, InputType, Int, Mutation, ObjectType, Resolver, type ClassType } from 'type-graphql';
import type { Context } from '../read/context.js';
import type { Tx } from '../database.js';
import { conflict } from '../errors.js';
import { lockThing, type Naming, type ThingInput } from './naming.js';
import { shapeOf, type EntityClass } from '../entity/rows.js';
import { reasonField, tellingFields } from './record.js';

/** What may be deleted together with a thing. Whatever else refers to it is a use, and keeps it. */
export interface Removal {
  naming: Naming;
  /** Kinds of rows that go with it: `Kind`, or `Kind.column` where only one of its references does. */
  goes: readonly string[];
  /** Kinds of rows that are computed from it: the database deletes them with it, and nobody is asked. */
  computed?: readonly string[];
  /** What the thing consists of, which goes as well unless something uses a part. */
  parts?: { entity: EntityClass; property: string; goes: readonly string[] };
}

interface Rows {
  by: string;
  table: string;
  where: string;
  goes: boolean;
}

/** All rows that refer to the thing with the number `$1`, or to a part of it. Those of one table and fate are counted once. */
function referring({ naming, goes, computed = [], parts }: Removal): Rows[] {
  const found = new Map<string, Rows>();
  const add = (entity: EntityClass, going: readonly string[], is: string) => {
    for (const { name, table, column } of shapeOf(entity).references) {
      if (computed.includes(name) || (parts && name === parts.entity.name && entity === naming.entity)) continue;
      const goesToo = going.includes(name) || going.includes(`${name}.${column}`);
      const known = found.get(`${name} ${goesToo}`);
      if (known) known.where += ` or ${column} ${is}`;
      else found.set(`${name} ${goesToo}`, { by: name, table, where: `${column} ${is}`, goes: goesToo });
    }
  };
  add(naming.entity, goes, '= $1');
  if (parts) {
    const { table, key, columns } = shapeOf(parts.entity);
    const parent = columns.get(parts.property)!.column;
    add(parts.entity, parts.goes, `in (select ${key} from ${table} where ${parent} = $1)`);
    found.set('parts', { by: parts.entity.name, table, where: `${parent} = $1`, goes: true });
  }
  return [...found.values()];
}

interface RowCount {
  by: string;
  count: number;
}

interface Deletion {
  name: string;
  deleted: boolean;
  goes: RowCount[];
  uses: RowCount[];
}

/** The thing to delete. */
interface DeletionInput extends ThingInput {
  dryRun?: boolean | null;
  reason?: string | null;
}

/** Deletes a thing and what goes with it, or tells only what would go. @throws CONFLICT with counts of what uses it */
async function remove(tx: Tx, removal: Removal, input: DeletionInput): Promise<Deletion> {
  const { entity } = removal.naming;
  const { name: type, table, key } = shapeOf(entity);
  // Whoever links it holds a weaker lock on the row until the link can be seen, or waits here and finds it gone.
  const row = await lockThing(tx, removal.naming, input);
  if (removal.parts) {
    const part = shapeOf(removal.parts.entity);
    const parent = part.columns.get(removal.parts.property)!.column;
    await tx.query(`select from ${part.table} where ${parent} = $1 order by ${part.key} for update`, [row.id]);
  }
  const all = referring(removal);
  const counted = await tx.query<RowCount & { goes: boolean }>(
    `select * from (${all.map(({ by, table: rows, where, goes }) => `select '${by}' as by, count(*)::int as count, ${goes} as goes from ${rows} where ${where}`).join(' union all ')}) n
     where count > 0 order by by collate "C"`,
    [row.id],
  );
  const counts = (wanted: boolean) => counted.filter(({ goes }) => goes === wanted).map(({ by, count }) => ({ by, count }));
  const deletion = { name: row.name, goes: counts(true), uses: counts(false) };
  if (input.dryRun) return { ...deletion, deleted: false };
  if (deletion.uses.length)
    throw conflict(`${type} ${JSON.stringify(row.name)} is in use: ${deletion.uses.map(({ by, count }) => `${count} ${by}`).join(', ')}.`, {
      argument: 'input',
      value: row.name,
      uses: deletion.uses,
    });
  // One by one, and not by cascade: the history of a link tells names as long as both ends are there.
  for (const { by, table: rows, where, goes } of all)
    if (goes && counted.some((each) => each.by === by && each.goes)) await tx.query(`delete from ${rows} where ${where}`, [row.id]);
  await tx.query(`delete from ${table} where ${key} = $1`, [row.id]);
  return { ...deletion, deleted: true };
}

@ObjectType({ description: 'How many rows of a kind there are.' })
class RowsOfKind {
  @Field({ description: 'Kind of row: the name of a type of this API, or of a link such as `ProcessSource`.' }) by!: string;
  @Field(() => Int, { description: 'How many there are.' }) count!: number;
}

@ObjectType({ description: 'A deleted thing, or one that could be.' })
class DeletionPayload {
  @Field({ description: 'The name it has or had.' }) name!: string;
  @Field({ description: 'Whether it is gone: false for a dry run.' }) deleted!: boolean;
  @Field(() => [RowsOfKind], { description: 'What went with it, or would go.' }) goes!: RowsOfKind[];
  @Field(() => [RowsOfKind], { description: 'What keeps it: told by a dry run; without one it is a CONFLICT with the same counts.' })
  uses!: RowsOfKind[];
}

/** The mutation that deletes things of a kind. `rule` says what goes with one and what keeps it. */
export function removable(removal: Removal, noun: string, rule: string): ClassType {
  const type = removal.naming.entity.name;

  @InputType(`Delete${type}Input`, { description: `Which ${type} to delete.` })
  class DeleteInput {
    @Field(() => Boolean, { nullable: true, description: 'Only tell what would go and what uses it; nothing changes.' }) dryRun?:
      boolean | null;
  }
  tellingFields(DeleteInput.prototype, removal.naming);
  reasonField(DeleteInput.prototype);

  @Resolver()
  class DeleteResolver {
    @Mutation(() => DeletionPayload, { name: `delete${type}`, description: `Deletes ${noun} that nothing uses. ${rule}` })
    remove(@Ctx() ctx: Context, @Arg('input', () => DeleteInput, { description: 'Which one.' }) input: DeletionInput): Promise<Deletion> {
      return ctx.write((tx) => remove(tx, removal, input), input.reason);
    }
  }
  return DeleteResolver;
}
