import { namedRefInput } from '../platform/read/ref-input.js';
import { namedRefs } from '../platform/read/references.js';
import { DatasetType } from './dataset-type.entity.js';

export const DatasetTypeRef = namedRefInput({ entity: DatasetType });
export const datasetTypeRefs = namedRefs({ entity: DatasetType });
