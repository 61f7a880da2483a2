import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { referenceField } from '../../platform/read/fields.js';
import type { Row } from '../../platform/entity/node.js';
import { Decimal } from '../../platform/entity/scalars.js';
import { clusterNeedsSql, decimal } from '../../cluster/cluster-needs.js';
import { Cluster } from '../../cluster/cluster.entity.js';
import { Run } from '../run.entity.js';
import { runIsOpenSql } from '../run-state.js';

@ObjectType({ description: 'A run that goes on, of a process of the cluster, and what that process needs there.' })
class ClusterRun {
  /** The number of the run, which is read by it. */
  runId!: number;
  @Field(() => Decimal, {
    nullable: true,
    description: "Memory, in the cluster's `memoryUnit`; null where its process states none, or in a unit that cannot be compared.",
  })
  memory!: string | null;
  @Field(() => Decimal, {
    nullable: true,
    description: "Processing capacity, in the cluster's `processingUnit`; null where its process states none, or in another unit.",
  })
  processing!: string | null;
}

@ObjectType({
  description:
    'What the runs that go on now use of a cluster, by what their processes state to need there. A process that runs twice counts twice.',
})
class ClusterUsage {
  @Field(() => Decimal, { description: 'Memory in use, in `memoryUnit`.' }) memory!: string;
  @Field(() => String, { description: "The cluster's unit of memory; GB where it states none." }) memoryUnit!: string;
  @Field(() => Decimal, {
    nullable: true,
    description: 'What is left of its memory, negative where it is too little; null where it states none.',
  })
  memoryLeft!: string | null;
  @Field(() => Decimal, { description: 'Processing capacity in use, in `processingUnit`.' }) processing!: string;
  @Field(() => String, { nullable: true, description: "The cluster's unit of processing capacity; null where it states none." })
  processingUnit!: string | null;
  @Field(() => Decimal, {
    nullable: true,
    description: 'What is left of its processing capacity, negative where it is too little; null where it states none.',
  })
  processingLeft!: string | null;
  @Field(() => [ClusterRun], { description: 'The runs, in the order in which they started; also those of processes that state no needs.' })
  runs!: ClusterRun[];
}

const usage = clusterNeedsSql({
  those: `join process_tracking r on r.process_id = c.process_id and ${runIsOpenSql('r')}`,
  columns: 'r.process_tracking_id, r.started_at',
  told: `json_agg(json_build_object('runId', process_tracking_id, 'memory', ${decimal('memory')}, 'processing', ${decimal('processing::numeric')})
    order by started_at, process_tracking_id) as runs`,
  answer: `coalesce(t.runs, '[]') as runs`,
});

@Resolver(() => Cluster)
class ClusterUsageResolver {
  @FieldResolver(() => ClusterUsage, { description: 'What of it is in use now, and what is left.' })
  usage(@Root() row: Row<Cluster, 'id'>, @Ctx() ctx: Context): Promise<ClusterUsage> {
    return ctx.loaders
      .get<number, ClusterUsage>('Cluster.usage', async (ids) => {
        const rows = await ctx.db.query<ClusterUsage & { id: number }>(usage, [ids]);
        const byId = new Map(rows.map((each) => [each.id, each]));
        return ids.map((id) => byId.get(id)!);
      })
      .load(row.id);
  }
}

export const clusterUsage = [ClusterUsageResolver, referenceField(ClusterRun, 'run', 'runId', Run, 'The run.', false)];
