import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference } from '../platform/entity/columns.js';
import { TextKey } from '../platform/entity/text-key.js';
import { Process } from './process.entity.js';

/** Another name under which a process is reported or was known before. */
@Index({ properties: ['processId'] })
@Entity({ tableName: 'process_alias' })
export class ProcessAlias {
  @TextKey('namespace')
  namespace!: string;

  @TextKey('name')
  name!: string;

  @Reference(() => Process, 'process_id', { onDelete: 'cascade' })
  processId!: number;
}
