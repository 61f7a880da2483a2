import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference } from '../platform/columns.js';
import { Audited } from '../platform/node.js';
import { Extract } from './extract.entity.js';
import { DatasetType } from '../dataset-type/dataset-type.entity.js';

@Index({ properties: ['datasetTypeId'] })
@Entity({ tableName: 'extract_dataset_type' })
export class ExtractDatasetType extends Audited {
  @Reference(() => Extract, 'extract_id', { primary: true })
  extractId!: number;

  @Reference(() => DatasetType, 'dataset_type_id', { primary: true })
  datasetTypeId!: number;
}
