import { lookup } from '../platform/write/lookup.js';
import { CharacterSet } from './character-set.entity.js';
import { DataType } from './data-type.entity.js';
import { SourceType } from './source-type.entity.js';

export const sourceLookups = [
  ...lookup({
    entity: SourceType,
    plural: 'sourceTypes',
    noun: 'a kind of source',
    defaults: ['Undefined', 'Database', 'Internal', 'External'],
  }),
  ...lookup({ entity: DataType, plural: 'dataTypes', noun: 'a data type' }),
  ...lookup({ entity: CharacterSet, plural: 'characterSets', noun: 'a character set' }),
];
