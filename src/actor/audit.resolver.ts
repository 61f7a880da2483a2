import type { GraphQLResolveInfo } from 'graphql';
import { Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import type { Context } from '../platform/read/context.js';
import { filterByReference } from '../platform/read/filters.js';
import { Audited, type Row } from '../platform/entity/node.js';
import { Reads } from '../platform/read/selection.js';
import { Actor } from './actor.entity.js';

filterByReference(Audited, 'createdBy', 'createdById', Actor);
filterByReference(Audited, 'updatedBy', 'updatedById', Actor);

/** Who made and changed a row: the actor's side of the audit columns. */
@Resolver(() => Audited)
export class AuditResolver {
  @FieldResolver(() => Actor, {
    nullable: true,
    description: 'The actor that created the row; null if its client did not name one, as Python clients never do.',
  })
  @Reads(Audited, 'createdById')
  createdBy(@Root() row: Row<Audited, 'createdById'>, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<Actor> | null> {
    return ctx.load(Actor, row.createdById || null, info);
  }

  @FieldResolver(() => Actor, {
    nullable: true,
    description: 'The actor that last changed the row; null if its client did not name one.',
  })
  @Reads(Audited, 'updatedById')
  updatedBy(@Root() row: Row<Audited, 'updatedById'>, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<Actor> | null> {
    return ctx.load(Actor, row.updatedById || null, info);
  }
}
