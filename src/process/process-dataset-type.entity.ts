import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference } from '../platform/entity/columns.js';
import { Audited } from '../platform/entity/node.js';
import { Process } from './process.entity.js';
import { DatasetType } from '../dataset-type/dataset-type.entity.js';

@Index({ properties: ['datasetTypeId'] })
@Entity({ tableName: 'process_dataset_type' })
export class ProcessDatasetType extends Audited {
  @Reference(() => Process, 'process_id', { primary: true })
  processId!: number;

  @Reference(() => DatasetType, 'dataset_type_id', { primary: true })
  datasetTypeId!: number;
}
