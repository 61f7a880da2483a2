import { Text, Whole } from '../platform/entity/columns.js';
import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const Cluster = lookupEntity({
  name: 'Cluster',
  table: 'cluster_tracking_lkup',
  key: 'cluster_id',
  label: 'cluster_name',
  doc: 'Group of machines with a capacity that its processes share.',
  extra: {
    maxMemory: Whole('cluster_max_memory', { nullable: true, doc: 'Memory for all its processes together, in `maxMemoryUnit`.' }),
    maxMemoryUnit: Text('cluster_max_memory_unit', { nullable: true, doc: 'Unit of the memory figures, such as GB.' }),
    maxProcessing: Whole('cluster_max_processing', {
      nullable: true,
      doc: 'Processing capacity for all its processes together, in `maxProcessingUnit`.',
    }),
    maxProcessingUnit: Text('cluster_max_processing_unit', { nullable: true, doc: 'Unit of the processing figures, such as DPU.' }),
    currentMemoryUsage: Whole('cluster_current_memory_usage', {
      nullable: true,
      doc: 'Memory in use, as last written by an external tool, in `maxMemoryUnit`.',
    }),
    currentProcessUsage: Whole('cluster_current_process_usage', {
      nullable: true,
      doc: 'Processing capacity in use, as last written by an external tool, in `maxProcessingUnit`.',
    }),
  },
});
export type Cluster = InstanceType<typeof Cluster>;
