import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference } from '../platform/entity/columns.js';
import { Audited } from '../platform/entity/node.js';
import { SourceObject } from './source-object.entity.js';
import { DatasetType } from '../dataset-type/dataset-type.entity.js';

@Index({ properties: ['datasetTypeId'] })
@Entity({ tableName: 'source_object_dataset_type' })
export class SourceObjectDatasetType extends Audited {
  @Reference(() => SourceObject, 'source_object_id', { primary: true })
  objectId!: number;

  @Reference(() => DatasetType, 'dataset_type_id', { primary: true })
  datasetTypeId!: number;
}
