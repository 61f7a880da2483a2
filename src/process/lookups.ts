import { Int } from 'type-graphql';
import { lookup } from '../platform/lookup.js';
import { Cluster } from './cluster.entity.js';
import { DependencyType } from './dependency-type.entity.js';
import { FilterType } from './filter-type.entity.js';
import { ProcessType } from './process-type.entity.js';
import { ScheduleFrequency } from './schedule-frequency.entity.js';

export const processLookups = [
  ...lookup({ entity: ProcessType, plural: 'processTypes', noun: 'a process type', defaults: ['Extract', 'Load'] }),
  ...lookup({
    entity: ScheduleFrequency,
    plural: 'scheduleFrequencies',
    noun: 'a schedule frequency',
    defaults: ['unscheduled', 'hourly', 'daily', 'weekly', 'monthly', 'quarterly', 'annually'],
  }),
  ...lookup({ entity: DependencyType, plural: 'dependencyTypes', noun: 'a dependency type', defaults: ['Undefined', 'Hard', 'Soft'] }),
  ...lookup({
    entity: FilterType,
    plural: 'filterTypes',
    noun: 'a filter operator',
    defaults: ['equal to', 'less than', 'greater than', 'less than or equal', 'greater than or equal', 'not equal', 'like', 'in set'],
    fields: [{ property: 'code', doc: 'Short code, such as lte.', required: true }],
  }),
  ...lookup({
    entity: Cluster,
    plural: 'clusters',
    noun: 'a cluster',
    fields: [
      { property: 'maxMemory', type: () => Int, min: 0, doc: 'Memory that all its processes may take together, in `maxMemoryUnit`.' },
      { property: 'maxMemoryUnit', doc: 'Unit of the memory figures, such as GB.' },
      {
        property: 'maxProcessing',
        type: () => Int,
        min: 0,
        doc: 'Processing capacity that all its processes may take together, in `maxProcessingUnit`.',
      },
      { property: 'maxProcessingUnit', doc: 'Unit of the processing figures, such as DPU.' },
    ],
  }),
];
