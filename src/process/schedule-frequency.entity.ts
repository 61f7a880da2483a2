import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const ScheduleFrequency = lookupEntity({
  name: 'ScheduleFrequency',
  table: 'schedule_frequency_lkup',
  key: 'schedule_frequency_id',
  label: 'schedule_frequency_name',
  doc: 'Planned frequency of the runs of a process. A new store has seven, from unscheduled to annually.',
});
export type ScheduleFrequency = InstanceType<typeof ScheduleFrequency>;
