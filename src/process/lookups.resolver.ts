import { Name } from '../platform/entity/text.js';
import { lookup } from '../platform/write/lookup.js';
import { DependencyType } from './dependency-type.entity.js';
import { FilterType } from './filters/filter-type.entity.js';
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
    fields: [{ property: 'code', type: () => Name, doc: "ProcessTracker's code, such as `lte`.", required: true }],
  }),
];
