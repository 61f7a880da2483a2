import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Flag, Reference } from '../../platform/entity/columns.js';
import { Audited } from '../../platform/entity/node.js';
import { SourceObject } from '../../source/source-object.entity.js';
import { Process } from '../process.entity.js';

/** An object that a process writes. */
@Index({ properties: ['objectId', 'processId'] })
@Entity({ tableName: 'process_target_object' })
export class ProcessTargetObject extends Audited {
  @Reference(() => Process, 'process_id', { primary: true })
  processId!: number;

  @Reference(() => SourceObject, 'target_object_id', { primary: true })
  objectId!: number;

  @Flag('implied', { default: 'false' })
  implied!: boolean;

  /** False for a row that the database added for links at a child level and that was not declared: it is removed with the last of them. */
  @Flag('declared', { default: 'true' })
  declared!: boolean;
}
