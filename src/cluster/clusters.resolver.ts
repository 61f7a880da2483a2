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
import type { BulkForm } from '../platform/write/bulk-forms.js';
import { PayloadOf } from '../platform/write/payload.js';

@ObjectType({ description: 'Declared needs of a process on a cluster while it runs.' })
abstract class Needs {
  @Field(() => Int, { nullable: true, description: 'Memory needed, in `neededMemoryUnit`.' })
  neededMemory!: number | null;
  @Field(() => String, { nullable: true, description: 'Unit of the memory, such as GB or GiB.' })
  neededMemoryUnit!: string | null;
  @Field(() => Int, { nullable: true, description: 'Processing capacity needed, in `neededProcessingUnit`.' })
  neededProcessing!: number | null;
  @Field(() => String, { nullable: true, description: 'Unit of the processing capacity, such as DPU.' })
  neededProcessingUnit!: string | null;
}

@ObjectType({ description: 'Process of a cluster, with its needs there.' })
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

@ObjectType({ description: 'Cluster that a process runs on, with its needs there.' })
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
  description: 'Limited resource of a cluster.',
  valuesConfig: { MEMORY: { description: 'Memory, in its unit.' }, PROCESSING: { description: 'Processing capacity.' } },
});

@ObjectType({ description: 'Need in a unit that cannot be compared with that of the cluster.' })
class NeedNotCounted {
  /** The number of the process, which is read by it. */
  processId!: number;
  @Field(() => ClusterFigure, { description: 'Resource needed.' }) figure!: ClusterFigure;
  @Field(() => Int, { description: 'Amount, in `unit`.' }) amount!: number;
  @Field(() => String, { nullable: true, description: 'Unit of the amount; null if not specified.' }) unit!: string | null;
}

@ObjectType({
  description: 'Needs of all processes of a cluster if they run at the same time. Retired processes are not counted.',
})
class ClusterNeeds {
  @Field(() => Decimal, { description: 'Memory, in `memoryUnit`.' }) memory!: string;
  @Field({ description: 'Unit of memory of the cluster, default GB.' }) memoryUnit!: string;
  @Field(() => Decimal, {
    nullable: true,
    description: 'Memory left, negative if exceeded; null if the cluster states no memory.',
  })
  memoryLeft!: string | null;
  @Field(() => Decimal, { description: 'Processing capacity, in `processingUnit`.' }) processing!: string;
  @Field(() => String, { nullable: true, description: 'Unit of processing capacity of the cluster; null if it states none.' })
  processingUnit!: string | null;
  @Field(() => Decimal, {
    nullable: true,
    description: 'Processing capacity left, negative if exceeded; null if the cluster states none.',
  })
  processingLeft!: string | null;
  @Field(() => [NeedNotCounted], { description: 'Needs in other units, not counted above, ordered by the name of the process.' })
  notCounted!: NeedNotCounted[];
}

@InputType({ description: 'A process to remove from a cluster.' })
class RemoveProcessFromClusterInput implements Assignment {
  @Field(() => ProcessRef, { description: 'The process.' }) process!: ProcessRef;
  @Field(() => ClusterRef, { description: 'The cluster.' }) cluster!: NamedRef;
  @Field(() => LongText, { nullable: true, description: 'Reason, kept in the history.' }) reason?: string | null;
}

const omitted = 'Omit to keep it; null removes it.';

@InputType({ description: 'A process to assign to a cluster, with its needs there.' })
class AssignProcessToClusterInput extends RemoveProcessFromClusterInput {
  @Field(() => Int, { nullable: true, description: `Memory needed, from 0. ${omitted}` }) neededMemory?: number | null;
  @Field(() => Name, {
    nullable: true,
    description:
      'Unit of the memory, in any case; default: the unit of the cluster. Others: B, KB, MB, GB, TB, PB (of 1,000), KiB, MiB, GiB, TiB, PiB (of 1,024).',
  })
  neededMemoryUnit?: string | null;
  @Field(() => Int, { nullable: true, description: `Processing capacity needed, from 0. ${omitted}` }) neededProcessing?: number | null;
  @Field(() => Name, { nullable: true, description: 'Unit of processing capacity of the cluster, which is the default.' })
  neededProcessingUnit?: string | null;
}

/** The payload of a mutation about a process on a cluster, under its own name. Answers `type` and the resolvers that it needs. */
function assignmentPayload(mutation: string): { type: ClassType; resolvers: ClassType[] } {
  @PayloadOf(mutation)
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
    description: 'Assigns a process to a cluster with its needs there; a repetition changes the needs.',
  })
  assignProcessToCluster(
    @Ctx() ctx: Context,
    @Arg('input', () => AssignProcessToClusterInput, { description: 'The process, the cluster and the needs.' })
    input: AssignProcessToClusterInput,
  ): Promise<Assigned> {
    return ctx.write((tx) => assignProcess(tx, input), input.reason);
  }

  @Mutation(() => removed.type, { description: 'Removes a process from a cluster.' })
  removeProcessFromCluster(
    @Ctx() ctx: Context,
    @Arg('input', () => RemoveProcessFromClusterInput, { description: 'The process and the cluster.' })
    input: RemoveProcessFromClusterInput,
  ): Promise<Assigned> {
    return ctx.write((tx) => removeProcess(tx, input), input.reason);
  }
}

type NotCounted = { processId: number; figure: ClusterFigure; amount: number; unit: string | null };
type NeedsRow = ClusterNeeds & { id: number; no_memory: NotCounted[]; no_processing: NotCounted[] };

@Resolver(() => Cluster)
class ClusterNeedsResolver {
  @FieldResolver(() => ClusterNeeds, { description: 'Declared needs of its processes together, and what is left.' })
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

export const clusterForms: readonly BulkForm[] = [
  { of: 'assignProcessToCluster', name: 'assignProcessesToCluster', list: 'processes' },
  { of: 'removeProcessFromCluster', name: 'removeProcessesFromCluster', list: 'processes' },
];
export const clusterResolvers = [
  ClusterMutations,
  ClusterNeedsResolver,
  ClusterProcessResolver,
  ProcessClusterResolver,
  referenceField(NeedNotCounted, 'process', 'processId', Process, 'The process with the need.', false),
  ...assigned.resolvers,
  ...removed.resolvers,
  ...listField(
    Cluster,
    'processes',
    ClusterProcess,
    'Processes that run on it, ordered by name, with their needs.',
    assignments('Cluster.processes', Process, 'process', 'cluster_id', 'process'),
  ),
  ...listField(
    Process,
    'clusters',
    ProcessCluster,
    'Clusters that it runs on, ordered by name, with its needs there.',
    assignments('Process.clusters', Cluster, 'cluster_tracking_lkup', 'process_id', 'cluster'),
  ),
];
