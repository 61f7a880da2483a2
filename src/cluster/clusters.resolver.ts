import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  InputType,
  Int,
  Mutation,
  ObjectType,
  registerEnumType,
  Resolver,
  Root,
  type ClassType,
} from 'type-graphql';
import type { Context } from '../platform/read/context.js';
import { listField, referenceField } from '../platform/read/fields.js';
import type { Row } from '../platform/entity/node.js';
import type { ListSource } from '../platform/read/paging.js';
import type { EntityClass } from '../platform/entity/rows.js';
import { Decimal } from '../platform/entity/scalars.js';
import { LongText, Name } from '../platform/entity/text.js';
import { assignProcess, declaredNeeds, removeProcess, type Assigned, type Assignment } from './cluster-needs.js';
import type { NamedRef } from '../platform/read/references.js';
import { ProcessRef } from '../process/process-ref.input.js';
import { ClusterRef } from './cluster-refs.js';
import { Cluster } from './cluster.entity.js';
import { Process } from '../process/process.entity.js';

@ObjectType({ description: 'What a process says to need of a cluster while it runs.' })
abstract class Needs {
  @Field(() => Int, { nullable: true, description: 'Memory it needs, in `neededMemoryUnit`. Column `needed_memory`.' })
  neededMemory!: number | null;
  @Field(() => String, { nullable: true, description: 'Unit of the memory, such as GB or GiB. Column `needed_memory_unit`.' })
  neededMemoryUnit!: string | null;
  @Field(() => Int, { nullable: true, description: 'Processing capacity it needs, in `neededProcessingUnit`. Column `needed_processing`.' })
  neededProcessing!: number | null;
  @Field(() => String, { nullable: true, description: 'Unit of the processing capacity, such as DPU. Column `needed_processing_unit`.' })
  neededProcessingUnit!: string | null;
}

@ObjectType({ description: 'A process of a cluster, and what it needs there.' })
class ClusterProcess extends Needs {
  @Field(() => Process, { description: 'The process.' }) process!: Row<Process>;
}

@Resolver(() => ClusterProcess)
class ClusterProcessResolver {
  @FieldResolver()
  process(@Root() row: Row<Process>): Row<Process> {
    return row;
  }
}

@ObjectType({ description: 'A cluster that a process runs on, and what it needs there.' })
class ProcessCluster extends Needs {
  @Field(() => Cluster, { description: 'The cluster.' }) cluster!: Row<Cluster>;
}

@Resolver(() => ProcessCluster)
class ProcessClusterResolver {
  @FieldResolver()
  cluster(@Root() row: Row<Cluster>): Row<Cluster> {
    return row;
  }
}

enum ClusterFigure {
  MEMORY = 'MEMORY',
  PROCESSING = 'PROCESSING',
}
registerEnumType(ClusterFigure, {
  name: 'ClusterFigure',
  description: 'What a cluster has a limited amount of.',
  valuesConfig: { MEMORY: { description: 'Memory, in its unit.' }, PROCESSING: { description: 'Processing capacity.' } },
});

@ObjectType({ description: 'A need in a unit that the cluster cannot compare with its own.' })
class NeedNotCounted {
  /** The number of the process, which is read by it. */
  processId!: number;
  @Field(() => ClusterFigure, { description: 'What is needed.' }) figure!: ClusterFigure;
  @Field(() => Int, { description: 'How much, in `unit`.' }) amount!: number;
  @Field(() => String, { nullable: true, description: 'The unit that was given.' }) unit!: string | null;
}

@ObjectType({
  description: 'What all processes of a cluster need if they run at the same time. A retired process needs nothing.',
})
class ClusterNeeds {
  @Field(() => Decimal, { description: 'Memory, in `memoryUnit`.' }) memory!: string;
  @Field({ description: "The cluster's unit of memory; GB where it states none." }) memoryUnit!: string;
  @Field(() => Decimal, {
    nullable: true,
    description: 'What is left of its memory, negative where it is too little; null where it states none.',
  })
  memoryLeft!: string | null;
  @Field(() => Decimal, { description: 'Processing capacity, in `processingUnit`.' }) processing!: string;
  @Field(() => String, { nullable: true, description: "The cluster's unit of processing capacity; null where it states none." })
  processingUnit!: string | null;
  @Field(() => Decimal, {
    nullable: true,
    description: 'What is left of its processing capacity, negative where it is too little; null where it states none.',
  })
  processingLeft!: string | null;
  @Field(() => [NeedNotCounted], { description: 'Needs that are in none of these figures, ordered by the name of the process.' })
  notCounted!: NeedNotCounted[];
}

@InputType({ description: 'A process to remove from a cluster.' })
class RemoveProcessFromClusterInput implements Assignment {
  @Field(() => ProcessRef, { description: 'The process.' }) process!: ProcessRef;
  @Field(() => ClusterRef, { description: 'The cluster.' }) cluster!: NamedRef;
  @Field(() => LongText, { nullable: true, description: 'Reason, kept in the history.' }) reason?: string | null;
}

const left = 'Left out it stays as it is; null takes it away.';

@InputType({ description: 'A process, the cluster it runs on, and what it needs there.' })
class AssignProcessToClusterInput extends RemoveProcessFromClusterInput {
  @Field(() => Int, { nullable: true, description: `Memory it needs, from 0. ${left}` }) neededMemory?: number | null;
  @Field(() => Name, {
    nullable: true,
    description:
      "B, KB, MB, GB, TB, PB (of 1,000) or KiB, MiB, GiB, TiB, PiB (of 1,024), in any case, or the cluster's own unit, which is taken if left out.",
  })
  neededMemoryUnit?: string | null;
  @Field(() => Int, { nullable: true, description: `Processing capacity it needs, from 0. ${left}` }) neededProcessing?: number | null;
  @Field(() => Name, { nullable: true, description: "The cluster's unit of processing capacity, which is taken if left out." })
  neededProcessingUnit?: string | null;
}

/** The payload of a mutation about a process on a cluster, under its own name. Answers `type` and the resolvers that it needs. */
function assignmentPayload(mutation: string): { type: ClassType; resolvers: ClassType[] } {
  @ObjectType(`${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Payload`, { description: `Result of \`${mutation}\`.` })
  class AssignmentPayload {
    /** The numbers of the process and of the cluster, which are read by them. */
    id!: number;
    clusterId!: number;
    @Field(() => Boolean, { description: 'True when this call changed the assignment; false where it was already as requested.' })
    changed!: boolean;
  }
  return {
    type: AssignmentPayload,
    resolvers: [
      referenceField(AssignmentPayload, 'process', 'id', Process, 'The process.', false),
      referenceField(AssignmentPayload, 'cluster', 'clusterId', Cluster, 'The cluster.', false),
    ],
  };
}
const assigned = assignmentPayload('assignProcessToCluster');
const removed = assignmentPayload('removeProcessFromCluster');

@Resolver()
class ClusterMutations {
  @Mutation(() => assigned.type, {
    description: 'Says that a process runs on a cluster and what it needs there; once more, it changes what it needs.',
  })
  assignProcessToCluster(
    @Ctx() ctx: Context,
    @Arg('input', () => AssignProcessToClusterInput, { description: 'Process, cluster and needs.' }) input: AssignProcessToClusterInput,
  ): Promise<Assigned> {
    return ctx.write((tx) => assignProcess(tx, input), input.reason);
  }

  @Mutation(() => removed.type, { description: 'Says that a process no longer runs on a cluster.' })
  removeProcessFromCluster(
    @Ctx() ctx: Context,
    @Arg('input', () => RemoveProcessFromClusterInput, { description: 'Process and cluster.' }) input: RemoveProcessFromClusterInput,
  ): Promise<Assigned> {
    return ctx.write((tx) => removeProcess(tx, input), input.reason);
  }
}

type NotCounted = { processId: number; figure: ClusterFigure; amount: number; unit: string | null };
type NeedsRow = ClusterNeeds & { id: number; no_memory: NotCounted[]; no_processing: NotCounted[] };

@Resolver(() => Cluster)
class ClusterNeedsResolver {
  @FieldResolver(() => ClusterNeeds, { description: 'What its processes say to need, together, and what that leaves of it.' })
  declaredNeeds(@Root() row: Row<Cluster, 'id'>, @Ctx() ctx: Context): Promise<NeedsRow> {
    return ctx.loaders
      .get<number, NeedsRow>('Cluster.declaredNeeds', async (ids) => {
        const rows = await ctx.db.query<NeedsRow>(declaredNeeds, [ids]);
        const byId = new Map(
          rows.map((each) => [each.id, Object.assign(each, { notCounted: [...each.no_memory, ...each.no_processing] })]),
        );
        return ids.map((id) => byId.get(id)!);
      })
      .load(row.id);
  }
}

const assignments = (name: string, entity: EntityClass, other: string, mine: string, inside: string): ListSource => ({
  name,
  entity,
  from: `cluster_process l join ${other} t using (${inside}_id)`,
  parent: `l.${mine}`,
  order: ['name', 'id'],
  extra: {
    neededMemory: { sql: 'l.needed_memory' },
    neededMemoryUnit: { sql: 'l.needed_memory_unit' },
    neededProcessing: { sql: 'l.needed_processing' },
    neededProcessingUnit: { sql: 'l.needed_processing_unit' },
  },
  inside,
});

export const clusterResolvers = [
  ClusterMutations,
  ClusterNeedsResolver,
  ClusterProcessResolver,
  ProcessClusterResolver,
  referenceField(NeedNotCounted, 'process', 'processId', Process, 'The process that needs it.', false),
  ...assigned.resolvers,
  ...removed.resolvers,
  ...listField(
    Cluster,
    'processes',
    ClusterProcess,
    'The processes that run on it, ordered by name, with what they need.',
    assignments('Cluster.processes', Process, 'process', 'cluster_id', 'process'),
  ),
  ...listField(
    Process,
    'clusters',
    ProcessCluster,
    'The clusters that it runs on, ordered by name, with what it needs there.',
    assignments('Process.clusters', Cluster, 'cluster_tracking_lkup', 'process_id', 'cluster'),
  ),
];
