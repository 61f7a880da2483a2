import { Check, Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference } from '../../platform/entity/columns.js';
import { Audited } from '../../platform/entity/node.js';
import { DependencyType } from '../../process/dependency-type.entity.js';
import { File } from '../file.entity.js';

/** The child file may not be loaded before the parent is. */
@Index({ properties: ['childId', 'parentId'] })
@Index({ properties: ['typeId'] })
@Check({ name: 'extract_dependency_not_self', expression: 'child_extract_id <> parent_extract_id' })
@Entity({ tableName: 'extract_dependency' })
export class FileDependency extends Audited {
  @Reference(() => File, 'parent_extract_id', { primary: true })
  parentId!: number;

  @Reference(() => File, 'child_extract_id', { primary: true })
  childId!: number;

  @Reference(() => DependencyType, 'dependency_type_id', { default: '1' })
  typeId!: number;
}
