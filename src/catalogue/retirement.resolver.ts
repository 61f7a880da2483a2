import type { GraphQLResolveInfo } from 'graphql';
import { sql } from 'kysely';
import { Arg, Ctx, Field, FieldResolver, Info, InputType, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import type { Context } from '../platform/read/context.js';
import type { Row } from '../platform/entity/node.js';
import { LongText, Name } from '../platform/entity/text.js';
import { anyEntityIn } from '../platform/write/entities.js';
import type { BulkForm } from '../platform/write/bulk-forms.js';
import { takes } from '../platform/write/linking.js';
import { removeAlias } from '../platform/write/rename.js';
import { lockSubject, subjectOf, subjectUnion } from '../platform/write/subject.js';
import { subjectKinds, SubjectRef } from './subject-ref.input.js';

const CatalogueRecord = subjectUnion(
  'CatalogueRecord',
  subjectKinds,
  'A record of the catalogue, which can be renamed, retired and restored.',
);

/** The fields of the inputs. */
@InputType({ description: 'A record of the catalogue.' })
abstract class SubjectInput {
  @Field(() => SubjectRef, { description: takes(subjectKinds) }) subject!: SubjectRef;
  @Field(() => LongText, { nullable: true, description: 'Reason of the change, kept in the history.' }) reason?: string | null;
}
@InputType({ description: 'The record to retire.' })
class RetireInput extends SubjectInput {}
@InputType({ description: 'The record to restore.' })
class RestoreInput extends SubjectInput {}
@InputType({ description: 'The alias to remove, and the record that has it.' })
class RemoveAliasInput extends SubjectInput {
  @Field(() => Name, { description: 'The alias.' }) alias!: string;
}

/** The fields of the payloads. */
@ObjectType({ description: 'A record of the catalogue after the change.' })
abstract class SubjectPayload {
  @Field(() => CatalogueRecord, { description: 'The record after the change.' }) subject!: Row | null;
  @Field(() => Boolean, { description: 'Whether this call changed the record.' }) changed!: boolean;
}
@ObjectType({ description: 'Result of `retire`.' })
class RetirePayload extends SubjectPayload {}
@ObjectType({ description: 'Result of `restore`.' })
class RestorePayload extends SubjectPayload {}
@ObjectType({ description: 'Result of `removeAlias`.' })
class RemoveAliasPayload extends SubjectPayload {}

interface Changed {
  type: string;
  id: number;
  changed: boolean;
}

async function setRetired(ctx: Context, { subject, reason }: SubjectInput, retired: boolean): Promise<Changed> {
  return ctx.write(async (tx) => {
    const { kind, row } = await lockSubject(tx, subjectKinds, subject, 'input.subject', 'no key update');
    const type = kind.naming.entity.name;
    const changed = await anyEntityIn(tx)
      .updateTable(type)
      .set({ retiredAt: retired ? sql`process_tracker.waybill_now()` : null })
      .where('id', '=', row.id)
      .where('retiredAt', retired ? 'is' : 'is not', null)
      .returning('id')
      .execute();
    return { type, id: row.id, changed: changed.length > 0 };
  }, reason);
}

@Resolver()
class RetirementMutations {
  @Mutation(() => RetirePayload, {
    description:
      'Retires a process, source, object, attribute or location. A retired record is hidden from lists and gets no new links. Its links and history stay, lineage shows it, and it is found by name and id. A repeated call changes nothing.',
  })
  retire(
    @Ctx() ctx: Context,
    @Arg('input', () => RetireInput, { description: 'The record to retire.' }) input: RetireInput,
  ): Promise<Changed> {
    return setRetired(ctx, input, true);
  }

  @Mutation(() => RestorePayload, { description: 'Restores a retired record with all its links. A repeated call changes nothing.' })
  restore(
    @Ctx() ctx: Context,
    @Arg('input', () => RestoreInput, { description: 'The record to restore.' }) input: RestoreInput,
  ): Promise<Changed> {
    return setRetired(ctx, input, false);
  }

  @Mutation(() => RemoveAliasPayload, {
    description:
      'Removes an alias. The record is no longer found by it, and another record may take the name. A missing alias is no error.',
  })
  removeAlias(
    @Ctx() ctx: Context,
    @Arg('input', () => RemoveAliasInput, { description: 'The alias, and the record that has it.' }) input: RemoveAliasInput,
  ): Promise<Changed> {
    return ctx.write(async (tx) => {
      const { kind, row } = await lockSubject(tx, subjectKinds, input.subject, 'input.subject', 'no key update');
      const { naming } = kind;
      return { type: naming.entity.name, id: row.id, changed: await removeAlias(tx, naming, row, input.alias) };
    }, input.reason);
  }
}

@Resolver(() => SubjectPayload)
class SubjectPayloadResolver {
  @FieldResolver()
  subject(@Root() row: Changed, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row | null> {
    return subjectOf(ctx, info, row);
  }
}

export const retirementForms: readonly BulkForm[] = [
  { of: 'retire', name: 'retireRecords', list: 'records' },
  { of: 'restore', name: 'restoreRecords', list: 'records' },
];
export const retirement = [RetirementMutations, SubjectPayloadResolver];
