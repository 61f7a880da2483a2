import type { GraphQLResolveInfo } from 'graphql';
import { sql } from 'kysely';
import { Arg, Ctx, Field, FieldResolver, Info, InputType, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { locationNaming } from '../location/location-naming.js';
import type { Context } from '../platform/read/context.js';
import { anyEntityIn } from '../platform/write/entities.js';
import { removeAlias } from '../platform/write/rename.js';
import type { Row } from '../platform/entity/node.js';
import { lockSubject, subjectFields, subjectOf, subjectUnion } from '../platform/write/subject.js';
import { LongText, Name } from '../platform/entity/text.js';
import { attributeNaming, objectNaming, sourceNaming } from '../source/source-naming.js';
import { processNaming } from '../process/process-naming.js';

const kinds = [
  { naming: processNaming, argument: 'process' },
  { naming: sourceNaming, argument: 'source' },
  { naming: objectNaming, argument: 'object' },
  { naming: attributeNaming, argument: 'attribute' },
  { naming: locationNaming, argument: 'location' },
];

const CatalogueThing = subjectUnion('CatalogueThing', kinds, 'What the catalogue holds, can be renamed, retired and restored.');

@InputType({ description: 'What to retire or to restore, by its id or by its names.' })
class LifecycleInput {
  @Field(() => LongText, { nullable: true, description: 'Why: kept in the history.' }) reason?: string | null;
}
subjectFields(LifecycleInput.prototype, kinds, 'id');

@InputType({ description: 'A former name to take away, and whose it is: by id or by names.' })
class RemoveAliasInput extends LifecycleInput {
  @Field(() => Name, { description: 'The former name.' }) alias!: string;
}

@ObjectType({ description: 'A thing of the catalogue after the change.' })
class CatalogueThingPayload {
  @Field(() => CatalogueThing, { description: 'The thing as it is now.' }) subject!: Row | null;
  @Field(() => Boolean, { description: 'False where it already was as asked for.' }) changed!: boolean;
}

interface Changed {
  type: string;
  id: number;
  changed: boolean;
}

async function setRetired(ctx: Context, input: LifecycleInput, retired: boolean): Promise<Changed> {
  return ctx.write(async (tx) => {
    const { type, row } = await lockSubject(tx, kinds, input, 'id', 'no key update');
    const changed = await anyEntityIn(tx)
      .updateTable(type)
      .set({ retiredAt: retired ? sql`process_tracker.waybill_now()` : null })
      .where('id', '=', row.id)
      .where('retiredAt', retired ? 'is' : 'is not', null)
      .returning('id')
      .execute();
    return { type, id: row.id, changed: changed.length > 0 };
  }, input.reason);
}

@Resolver(() => CatalogueThingPayload)
export class RetirementResolver {
  @Mutation(() => CatalogueThingPayload, {
    description:
      'Retires a process, source, object, attribute or location: it is hidden from lists and gets no new links; all that was said of it stays, lineage shows it, and it is found by name and id. Doing it again changes nothing.',
  })
  retire(
    @Ctx() ctx: Context,
    @Arg('input', () => LifecycleInput, { description: 'What to retire.' }) input: LifecycleInput,
  ): Promise<Changed> {
    return setRetired(ctx, input, true);
  }

  @Mutation(() => CatalogueThingPayload, {
    description: 'Puts a retired thing back into use, with all its links. Doing it again changes nothing.',
  })
  restore(
    @Ctx() ctx: Context,
    @Arg('input', () => LifecycleInput, { description: 'What to restore.' }) input: LifecycleInput,
  ): Promise<Changed> {
    return setRetired(ctx, input, false);
  }

  @Mutation(() => CatalogueThingPayload, {
    description:
      'Takes a former name away: the thing is no longer found by it, and another may be given it. One that is not there is no error.',
  })
  removeAlias(
    @Ctx() ctx: Context,
    @Arg('input', () => RemoveAliasInput, { description: 'The name, and whose it is.' }) input: RemoveAliasInput,
  ): Promise<Changed> {
    return ctx.write(async (tx) => {
      const { type, row } = await lockSubject(tx, kinds, input, 'id', 'no key update');
      const { naming } = kinds.find((kind) => kind.naming.entity.name === type)!;
      return { type, id: row.id, changed: await removeAlias(tx, naming, row, input.alias) };
    }, input.reason);
  }

  @FieldResolver()
  subject(@Root() row: Changed, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row | null> {
    return subjectOf(ctx, info, row);
  }
}
