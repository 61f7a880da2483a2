import { Arg, Ctx, Field, InputType, Int, Mutation, ObjectType, Resolver, type ClassType } from 'type-graphql';
import type { Context } from '../read/context.js';
import type { Tx } from '../database.js';
import { shapeOf, type EntityClass } from '../entity/rows.js';
import { below, resolveRef } from '../read/references.js';
import { anyEntityIn, deleteRows } from './entities.js';
import { countReferring, inUse, isReferring, summed, type Referring, type RowCount } from './references.js';
import { refIn, type RecordKind } from './record-kind.js';
import { reasonField, refField } from './record.js';
import { PayloadOf } from './payload.js';

/** What is deleted together with a record. Other rows that refer to it are uses, and block the deletion. */
export interface Removal {
  kind: RecordKind;
  /** Kinds of rows that are deleted with it: `Kind`, or `Kind.column` where only one of its references counts. */
  cascades: readonly string[];
  /** Kinds of rows that are computed from it: the database deletes them with it, and they are not listed. */
  computed?: readonly string[];
  /** Parts of the record, which are deleted as well unless another record uses one. */
  parts?: { entity: EntityClass; property: string; cascades: readonly string[] };
}

/** Rows that refer to the record, and whether they are deleted with it. */
interface Rows extends Referring {
  goes: boolean;
}

/** All rows that refer to the record with this number, or to a part of it. Those of one entity and fate are counted once. */
function referring({ kind: { naming }, cascades, computed = [], parts }: Removal, id: number): Rows[] {
  const found = new Map<string, Rows & { any: Referring['any'][number][] }>();
  const add = (target: EntityClass, going: readonly string[], is: Referring['any'][number]['is']) => {
    for (const { entity, name, property, column } of shapeOf(target).references) {
      if (computed.includes(name) || (parts && entity === parts.entity && target === naming.entity)) continue;
      const goesToo = going.includes(name) || going.includes(`${name}.${column}`);
      const known = found.get(`${name} ${goesToo}`);
      if (known) known.any.push({ property, is });
      else found.set(`${name} ${goesToo}`, { entity, any: [{ property, is }], goes: goesToo });
    }
  };
  add(naming.entity, cascades, id);
  if (parts) {
    const { entity, property } = parts;
    add(entity, parts.cascades, { entity, where: { [property]: id } });
    found.set('parts', { entity, any: [{ property, is: id }], goes: true });
  }
  return [...found.values()];
}

interface Deletion {
  name: string;
  deleted: boolean;
  cascades: RowCount[];
  blockedBy: RowCount[];
}

/** What every input for a deletion has beside the reference to the record. */
interface DeletionInput {
  dryRun?: boolean | null;
  reason?: string | null;
}

/** Deletes a record and what is deleted with it, or answers only what would be. @throws CONFLICT with counts of its uses */
async function remove(tx: Tx, removal: Removal, input: DeletionInput): Promise<Deletion> {
  const { kind } = removal;
  const { entity } = kind.naming;
  // A call that links it holds a weaker lock on the row until the link can be seen, or waits here and finds it deleted.
  const row = await resolveRef(tx, kind.refs, refIn(input, kind), { at: below(`input.${kind.word}`), lock: 'update', read: ['name'] });
  const db = anyEntityIn(tx);
  if (removal.parts)
    await db
      .selectFrom(removal.parts.entity.name)
      .select('id')
      .where(removal.parts.property, '=', row.id)
      .orderBy('id')
      .forUpdate()
      .execute();
  const all = referring(removal, row.id);
  const counted = await countReferring(tx, all);
  const counts = (wanted: boolean) =>
    summed(all.flatMap(({ entity: { name: by }, goes }, i) => (goes === wanted ? [{ by, count: counted[i]! }] : [])));
  const deletion = { name: row.name ?? '', cascades: counts(true), blockedBy: counts(false) };
  if (input.dryRun) return { ...deletion, deleted: false };
  if (deletion.blockedBy.length) throw inUse(entity.name, deletion.name, `input.${kind.word}`, deletion.blockedBy);
  // One by one, and not by cascade: the history of a link tells names as long as both ends are there.
  for (const [i, rows] of all.entries())
    if (rows.goes && counted[i]) await db.deleteFrom(rows.entity.name).where(isReferring(rows)).execute();
  await deleteRows(tx, entity, { id: row.id });
  return { ...deletion, deleted: true };
}

@ObjectType({ description: 'A number of rows of one kind.' })
class RowsOfKind {
  @Field({ description: 'Kind of the rows: a type of this API, or a link such as `ProcessSource`.' }) by!: string;
  @Field(() => Int, { description: 'Number of the rows.' }) count!: number;
}

/** The fields of the payloads. */
@ObjectType({ description: 'Result of a deletion.' })
abstract class DeletionPayload {
  @Field({ description: 'The name of the record.' }) name!: string;
  @Field({ description: 'Whether the record was deleted; false for a dry run.' }) deleted!: boolean;
  @Field(() => [RowsOfKind], { description: 'Rows that are deleted with the record.' }) cascades!: RowsOfKind[];
  @Field(() => [RowsOfKind], {
    description:
      'Rows that use the record and prevent its deletion. Not empty for a dry run only: else they are a CONFLICT with the same counts.',
  })
  blockedBy!: RowsOfKind[];
}

/** The mutation that deletes records of a kind. `rule` describes what is deleted with one and what blocks the deletion. */
export function removable(removal: Removal, noun: string, rule: string): ClassType {
  const { kind } = removal;
  const type = kind.naming.entity.name;

  @InputType(`Delete${type}Input`, { description: `The ${type} to delete.` })
  class DeleteInput {
    @Field(() => Boolean, {
      nullable: true,
      description: 'Whether to answer only what the deletion would do; nothing changes. Default false.',
    })
    dryRun?: boolean | null;
  }
  refField(DeleteInput.prototype, kind);
  reasonField(DeleteInput.prototype);

  @PayloadOf(`delete${type}`)
  class DeletePayload extends DeletionPayload {}

  @Resolver()
  class DeleteResolver {
    @Mutation(() => DeletePayload, { name: `delete${type}`, description: `Deletes ${noun} that no other record uses. ${rule}` })
    remove(@Ctx() ctx: Context, @Arg('input', () => DeleteInput, { description: 'The record.' }) input: DeletionInput): Promise<Deletion> {
      return ctx.write((tx) => remove(tx, removal, input), input.reason);
    }
  }
  return DeleteResolver;
}
