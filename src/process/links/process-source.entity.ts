import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Flag, Reference } from '../../platform/entity/columns.js';
import { Audited } from '../../platform/entity/node.js';
import { Source } from '../../source/source.entity.js';
import { Process } from '../process.entity.js';

/** A source that a process reads. Lineage walks only the rows that no finer row of the same process implies. */
@Index({ properties: ['processId', 'sourceId'] })
@Index({ name: 'process_source_meant_index', properties: ['sourceId', 'processId'], where: 'not implied' })
@Index({ name: 'process_source_meant_reverse_index', properties: ['processId', 'sourceId'], where: 'not implied' })
@Entity({ tableName: 'process_source' })
export class ProcessSource extends Audited {
  @Reference(() => Source, 'source_id', { primary: true })
  sourceId!: number;

  @Reference(() => Process, 'process_id', { primary: true })
  processId!: number;

  @Flag('implied', { default: 'false' })
  implied!: boolean;

  /** False for a row that the database added for links at a child level and that was not declared: it is removed with the last of them. */
  @Flag('declared', { default: 'true' })
  declared!: boolean;
}
