import { lookup } from '../platform/write/lookup.js';
import { DatasetType } from './dataset-type.entity.js';

export const datasetTypeLookups = lookup({ entity: DatasetType, plural: 'datasetTypes', noun: 'a dataset type' });
