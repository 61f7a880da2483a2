import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const Tool = lookupEntity({
  name: 'Tool',
  table: 'tool_lkup',
  key: 'tool_id',
  label: 'tool_name',
  doc: 'The tool that carries out a process, such as Spark, dbt or a shell script.',
});
export type Tool = InstanceType<typeof Tool>;
