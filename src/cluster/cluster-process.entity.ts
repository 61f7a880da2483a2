import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference, Text, Whole } from '../platform/entity/columns.js';
import { Audited } from '../platform/entity/node.js';
import { Cluster } from './cluster.entity.js';
import { Process } from '../process/process.entity.js';

@Index({ properties: ['processId'] })
@Entity({ tableName: 'cluster_process' })
export class ClusterProcess extends Audited {
  @Reference(() => Cluster, 'cluster_id', { primary: true })
  clusterId!: number;

  @Reference(() => Process, 'process_id', { primary: true })
  processId!: number;

  @Whole('needed_memory', { nullable: true })
  neededMemory!: number | null;

  @Text('needed_memory_unit', { nullable: true })
  neededMemoryUnit!: string | null;

  @Whole('needed_processing', { nullable: true })
  neededProcessing!: number | null;

  @Text('needed_processing_unit', { nullable: true })
  neededProcessingUnit!: string | null;
}
