import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { referenceField } from '../../platform/read/fields.js';
import type { Row } from '../../platform/entity/node.js';
import { Decimal } from '../../platform/entity/scalars.js';
import { clusterNeedsSql, decimal } from '../../cluster/cluster-needs.js';
import { Cluster } from '../../cluster/cluster.entity.js';
import { Run } from '../run.entity.js';
import { runIsOpenSql } from '../run-state.js';

@ObjectType({ description: 'Running run of a process of the cluster, and the needs of the process there.' })
class ClusterRun {
  /** The number of the run, which is read by it. */
  runId!: number;
  @Field(() => Decimal, {
    nullable: true,
    description: 'Memory, in `memoryUnit` of the cluster; null if the process states none, or in a unit that cannot be compared.',
  })
  memory!: string | null;
  @Field(() => Decimal, {
    nullable: true,
    description: 'Processing capacity, in `processingUnit` of the cluster; null if the process states none, or in another unit.',
  })
  processing!: string | null;
}

@ObjectType({
  description: 'Resources of a cluster in use by running runs, by the declared needs of their processes.',
})
class ClusterUsage {
  @Field(() => Decimal, { description: 'Memory in use, in `memoryUnit`.' }) memory!: string;
  @Field(() => String, { description: 'Unit of memory of the cluster, default GB.' }) memoryUnit!: string;
  @Field(() => Decimal, {
    nullable: true,
    description: 'Memory left, negative if exceeded; null if the cluster states no memory.',
  })
  memoryLeft!: string | null;
  @Field(() => Decimal, { description: 'Processing capacity in use, in `processingUnit`.' }) processing!: string;
  @Field(() => String, { nullable: true, description: 'Unit of processing capacity of the cluster; null if it states none.' })
  processingUnit!: string | null;
  @Field(() => Decimal, {
    nullable: true,
    description: 'Processing capacity left, negative if exceeded; null if the cluster states none.',
  })
  processingLeft!: string | null;
  @Field(() => [ClusterRun], { description: 'Running runs in the order of their start, also those of processes without declared needs.' })
  runs!: ClusterRun[];
}

const usage = clusterNeedsSql({
  those: `join process_tracking r on r.process_id = c.process_id and ${runIsOpenSql('r')}`,
  columns: 'r.process_tracking_id, r.started_at',
  totals: `json_agg(json_build_object('runId', process_tracking_id, 'memory', ${decimal('memory')}, 'processing', ${decimal('processing::numeric')})
    order by started_at, process_tracking_id) as runs`,
  answer: `coalesce(t.runs, '[]') as runs`,
});

@Resolver(() => Cluster)
class ClusterUsageResolver {
  @FieldResolver(() => ClusterUsage, { description: 'Resources in use now, and resources left.' })
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
