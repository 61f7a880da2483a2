import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const ScheduleFrequency = lookupEntity({
  name: 'ScheduleFrequency',
  table: 'schedule_frequency_lkup',
  key: 'schedule_frequency_id',
  label: 'schedule_frequency_name',
  doc: 'How often a process is meant to run. The first seven, unscheduled to annually, are there from the start.',
});
export type ScheduleFrequency = InstanceType<typeof ScheduleFrequency>;
