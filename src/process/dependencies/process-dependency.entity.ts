import { Check, Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference, Text } from '../../platform/entity/columns.js';
import { Audited } from '../../platform/entity/node.js';
import { DependencyType } from '../dependency-type.entity.js';
import { Process } from '../process.entity.js';

/** A hard dependency: the child may not start while the parent is unfinished. ProcessTracker's clients block on every row here. */
@Index({ properties: ['parentId', 'childId'] })
@Index({ properties: ['typeId'] })
@Check({ name: 'process_dependency_not_self', expression: 'child_process_id <> parent_process_id' })
@Entity({ tableName: 'process_dependency' })
export class ProcessDependency extends Audited {
  @Reference(() => Process, 'child_process_id', { primary: true })
  childId!: number;

  @Reference(() => Process, 'parent_process_id', { primary: true })
  parentId!: number;

  @Reference(() => DependencyType, 'dependency_type_id', { default: '1' })
  typeId!: number;

  /** Why it stands, in the words of those who declared it. */
  @Text('note', { nullable: true })
  note!: string | null;
}
