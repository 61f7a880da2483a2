import { Int } from 'type-graphql';
import { namedRecord } from '../platform/write/lookup.js';
import { Cluster } from './cluster.entity.js';
import { ClusterRef } from './cluster-refs.js';

export const clusterLookups = namedRecord(
  {
    entity: Cluster,
    plural: 'clusters',
    noun: 'a cluster',
    fields: [
      { property: 'maxMemory', type: () => Int, min: 0, doc: 'Memory for all its processes together, in `maxMemoryUnit`.' },
      { property: 'maxMemoryUnit', doc: 'Unit of the memory figures, such as GB.' },
      {
        property: 'maxProcessing',
        type: () => Int,
        min: 0,
        doc: 'Processing capacity for all its processes together, in `maxProcessingUnit`.',
      },
      { property: 'maxProcessingUnit', doc: 'Unit of the processing figures, such as DPU.' },
    ],
  },
  ClusterRef,
);
