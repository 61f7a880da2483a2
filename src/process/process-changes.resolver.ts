import { Int } from 'type-graphql';
import { Tool } from '../actor/tool.entity.js';
import { removable } from '../platform/write/removal.js';
import { linksField } from '../platform/write/record-changes.js';
import { recordMutations } from '../platform/write/record.js';
import { processKind } from './process-kind.js';
import { ProcessType } from './process-type.entity.js';
import { runSettings } from './run-settings.js';
import { ScheduleFrequency } from './schedule-frequency.entity.js';

/** What the API has to change and delete processes; `registerProcess` makes them. */
export const processChanges = [
  ...recordMutations({
    kind: processKind,
    noun: 'a process',
    unique: 'among processes',
    create: false,
    fields: [
      { name: 'type', doc: 'Kind of process, such as File or Load; created if missing.', property: 'typeId', lookup: ProcessType },
      { name: 'tool', doc: 'Tool that runs it, such as Airflow; created if missing.', property: 'toolId', lookup: Tool },
      {
        name: 'scheduleFrequency',
        doc: 'Planned frequency of its runs: one of `scheduleFrequencies`.',
        property: 'scheduleFrequencyId',
        lookup: ScheduleFrequency,
        known: true,
        required: true,
      },
      { name: 'description', doc: 'Purpose of the process.' },
      linksField,
      ...Object.entries(runSettings).map(([name, { doc, number, check }]) => ({
        name,
        doc,
        ...(number ? { type: () => Int } : {}),
        check,
      })),
    ],
  }),
  removable(
    {
      kind: processKind,
      cascades: [
        ...[
          'ProcessSource',
          'ProcessTarget',
          'ProcessSourceObject',
          'ProcessTargetObject',
          'ProcessSourceAttribute',
          'ProcessTargetAttribute',
        ],
        ...['ProcessContact', 'ProcessDatasetType', 'ProcessFilter', 'ProcessAttributeMapping', 'ProcessAlias', 'ClusterProcess'],
        ...['ProcessDependency.child_process_id', 'ProcessRelation.child_process_id'],
      ],
      computed: ['ProcessDue'],
    },
    'a process',
    'Its links to sources, targets, contacts, dataset types, clusters and parents are deleted with it, as are its mappings, filters and aliases. Its runs and its children prevent the deletion.',
  ),
];
