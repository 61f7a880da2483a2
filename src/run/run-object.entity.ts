import { Check, Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference } from '../platform/entity/columns.js';
import { TextKey } from '../platform/entity/text-key.js';
import { SourceObject } from '../source/source-object.entity.js';
import { Run } from './run.entity.js';

/** An object that a run reads (input) or writes (output), as its process declared at the start. */
@Index({ properties: ['objectId'] })
@Check({ name: 'run_object_direction_check', expression: "direction in ('input', 'output')" })
@Entity({ tableName: 'run_object' })
export class RunObject {
  @Reference(() => Run, 'process_tracking_id', { primary: true, onDelete: 'cascade' })
  runId!: number;

  @TextKey('direction')
  direction!: 'input' | 'output';

  @Reference(() => SourceObject, 'source_object_id', { primary: true, onDelete: 'cascade' })
  objectId!: number;
}
