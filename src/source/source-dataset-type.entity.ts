import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference } from '../platform/entity/columns.js';
import { Audited } from '../platform/entity/node.js';
import { Source } from './source.entity.js';
import { DatasetType } from '../dataset-type/dataset-type.entity.js';

@Index({ properties: ['datasetTypeId'] })
@Entity({ tableName: 'source_dataset_type' })
export class SourceDatasetType extends Audited {
  @Reference(() => Source, 'source_id', { primary: true })
  sourceId!: number;

  @Reference(() => DatasetType, 'dataset_type_id', { primary: true })
  datasetTypeId!: number;
}
