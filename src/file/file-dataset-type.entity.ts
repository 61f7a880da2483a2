import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference } from '../platform/entity/columns.js';
import { Audited } from '../platform/entity/node.js';
import { File } from './file.entity.js';
import { DatasetType } from '../dataset-type/dataset-type.entity.js';

@Index({ properties: ['datasetTypeId'] })
@Entity({ tableName: 'extract_dataset_type' })
export class FileDatasetType extends Audited {
  @Reference(() => File, 'extract_id', { primary: true })
  fileId!: number;

  @Reference(() => DatasetType, 'dataset_type_id', { primary: true })
  datasetTypeId!: number;
}
