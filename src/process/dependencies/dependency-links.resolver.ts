import type { GraphQLResolveInfo } from 'graphql';
import { Args, ArgsType, Ctx, Field, FieldResolver, Info, ObjectType, Resolver, Root } from 'type-graphql';
import { connectionOf } from '../../platform/read/connections.js';
import type { Context } from '../../platform/read/context.js';
import { referenceField } from '../../platform/read/fields.js';
import type { Where } from '../../platform/read/filter-sql.js';
import { filterByList, WhereField } from '../../platform/read/filters.js';
import { refuseEmpty } from '../../platform/lists.js';
import type { Row } from '../../platform/entity/node.js';
import { page, PageArgs, type ListSource, type Page } from '../../platform/read/paging.js';
import type { Condition } from '../../platform/read/values.js';
import { DateTime } from '../../platform/entity/scalars.js';
import { dependencies, DependencyKind, dependencyLinks } from '../dependency-kind.js';
import { DependencyType } from '../dependency-type.entity.js';
import { Process } from '../process.entity.js';

@ObjectType({ description: 'A link between two processes. Two processes may have several links of different kinds.' })
class ProcessDependencyLink {
  /** The number of the type, which is read by it. */
  dependencyTypeId!: number | null;
  @Field(() => Process, { description: 'The process at the other end.' }) process!: Row<Process>;
  @Field(() => DependencyKind, { description: 'Kind of the dependency.' }) kind!: DependencyKind;
  @Field(() => DependencyType, {
    nullable: true,
    description:
      "Its type in ProcessTracker's table; null for a link that this table does not have. ProcessTracker blocks the child for every type, `Soft` included.",
  })
  type!: Row<DependencyType> | null;
  @Field(() => String, { nullable: true, description: 'Reason of the dependency, as declared.' }) note!: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'The actor that declared it; null if the client named none, or if it was reported only.',
  })
  declaredBy!: string | null;
  @Field(() => DateTime, { nullable: true, description: 'When it was declared; null if it was reported only.' }) declaredAt!: string | null;
  @Field(() => DateTime, { nullable: true, description: 'When it was first reported; null if it never was.' }) firstSeenAt!: string | null;
  @Field(() => DateTime, { nullable: true, description: 'When it was last reported; null if it never was.' }) lastSeenAt!: string | null;
}

@Resolver(() => ProcessDependencyLink)
class ProcessDependencyLinkResolver {
  @FieldResolver()
  process(@Root() row: Row<Process>): Row<Process> {
    return row;
  }
}

const links = (name: string, other: 'child' | 'parent', mine: 'child' | 'parent'): ListSource => ({
  name,
  entity: Process,
  from: `${dependencyLinks} l join process t on t.process_id = l.${other}`,
  parent: `l.${mine}`,
  order: ['name', 'id', 'kind'],
  extra: {
    kind: { sql: 'l.kind', cast: 'text' },
    dependencyTypeId: { sql: 'l.type_id' },
    note: { sql: 'l.note' },
    declaredBy: { sql: 'l.declared_by' },
    declaredAt: { sql: 'l.declared_at' },
    firstSeenAt: { sql: 'l.first_seen' },
    lastSeenAt: { sql: 'l.last_seen' },
  },
  inside: 'process',
});
const parents = links('Process.parents', 'parent', 'child');
const children = links('Process.children', 'child', 'parent');

function ofKinds(kinds: DependencyKind[]): Condition {
  refuseEmpty(kinds, 'kinds');
  return { key: `kinds ${kinds.join()}`, sql: (values) => `l.kind = any(${values.add(kinds, 'text[]')})` };
}
const connection = connectionOf(ProcessDependencyLink);

@ArgsType()
class DependencyLinkArgs extends PageArgs {
  @Field(() => [DependencyKind], { defaultValue: dependencies, description: 'Only links of these kinds.' }) kinds!: DependencyKind[];
  @WhereField(Process)
  where?: Where | null;
}

for (const [field, list] of Object.entries({ parents, children }))
  filterByList(Process, field, { ...list, where: `l.kind in (${dependencies.map((kind) => `'${kind}'`).join(', ')})` });

@Resolver(() => Process)
class DependencyLinks {
  @FieldResolver(() => connection.type, { description: 'The processes that it depends on, ordered by name.' })
  parents(
    @Root() row: Row<Process, 'id'>,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Args(() => DependencyLinkArgs) args: DependencyLinkArgs,
  ): Promise<Page> {
    return page(ctx, info, parents, args, { parent: row.id, where: [ofKinds(args.kinds)] });
  }

  @FieldResolver(() => connection.type, { description: 'The processes that depend on it, ordered by name.' })
  children(
    @Root() row: Row<Process, 'id'>,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Args(() => DependencyLinkArgs) args: DependencyLinkArgs,
  ): Promise<Page> {
    return page(ctx, info, children, args, { parent: row.id, where: [ofKinds(args.kinds)] });
  }
}

export const dependencyLinkResolvers = [
  DependencyLinks,
  ProcessDependencyLinkResolver,
  referenceField(
    ProcessDependencyLink,
    'type',
    'dependencyTypeId',
    DependencyType,
    "Its type in ProcessTracker's table; null for a link that this table does not have. ProcessTracker blocks the child for every type, `Soft` included.",
  ),
  ...connection.resolvers,
];
