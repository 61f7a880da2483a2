import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference } from '../platform/columns.js';
import { Audited } from '../platform/node.js';
import { Cluster } from './cluster.entity.js';
import { Process } from './process.entity.js';

@Index({ properties: ['processId'] })
@Entity({ tableName: 'cluster_process' })
export class ClusterProcess extends Audited {
  @Reference(() => Cluster, 'cluster_id', { primary: true })
  clusterId!: number;

  @Reference(() => Process, 'process_id', { primary: true })
  processId!: number;
}
