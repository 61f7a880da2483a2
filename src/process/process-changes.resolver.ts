import { Int } from 'type-graphql';
import { Tool } from '../actor/tool.entity.js';
import { removable } from '../platform/write/removal.js';
import { thing } from '../platform/write/record.js';
import { processKind } from './process-kind.js';
import { ProcessType } from './process-type.entity.js';
import { runSettings } from './run-settings.js';
import { ScheduleFrequency } from './schedule-frequency.entity.js';

/** What the API has to change and delete processes; `registerProcess` makes them. */
export const processChanges = [
  ...thing({
    kind: processKind,
    noun: 'a process',
    unique: 'among processes',
    create: false,
    fields: [
      { name: 'type', doc: 'Kind of process, such as File or Load; made where it is new.', property: 'typeId', lookup: ProcessType },
      { name: 'tool', doc: 'Tool that runs it, such as Airflow; made where it is new.', property: 'toolId', lookup: Tool },
      {
        name: 'scheduleFrequency',
        doc: 'How often it is meant to run: one of `scheduleFrequencies`.',
        property: 'scheduleFrequencyId',
        lookup: ScheduleFrequency,
        known: true,
        required: true,
      },
      { name: 'description', doc: 'What it does and why.' },
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
      goes: [
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
    'What it reads and writes, its mappings, filters, contacts, dataset types, aliases, clusters and what it depends on go with it, as links alone; its runs, and the processes that depend on it or relate to it, keep it.',
  ),
];
