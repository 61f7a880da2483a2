import { Check, Entity, Index } from '@mikro-orm/decorators/legacy';
import { InstantColumn, Reference, Text } from '../../platform/entity/columns.js';
import { TextKey } from '../../platform/entity/text-key.js';
import { Process } from '../process.entity.js';

/**
 * What is between two processes without holding the child back; hard dependencies stand in `process_dependency`. A row has two halves, what
 * people declared and what events reported, and goes when neither holds.
 */
@Index({ properties: ['childId', 'parentId', 'kind'] })
@Check({ name: 'process_relation_not_self', expression: 'child_process_id <> parent_process_id' })
@Check({ name: 'process_relation_kind', expression: `kind in ('soft', 'parent', 'control', 'data')` })
@Entity({ tableName: 'process_relation' })
export class ProcessRelation {
  @Reference(() => Process, 'parent_process_id', { primary: true, onDelete: 'cascade' })
  parentId!: number;

  @Reference(() => Process, 'child_process_id', { primary: true, onDelete: 'cascade' })
  childId!: number;

  @TextKey('kind')
  kind!: string;

  @Text('note', { nullable: true })
  note!: string | null;

  @Text('declared_by', { nullable: true })
  declaredBy!: string | null;

  @InstantColumn('declared_at', { nullable: true })
  declaredAt!: string | null;

  @InstantColumn('first_seen', { nullable: true })
  firstSeenAt!: string | null;

  @InstantColumn('last_seen', { nullable: true })
  lastSeenAt!: string | null;
}
