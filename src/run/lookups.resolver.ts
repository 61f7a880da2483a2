import { lookup } from '../platform/write/lookup.js';
import { ErrorType } from './error-type.entity.js';
import { ProcessStatus } from './process-status.entity.js';

export const runLookups = [
  ...lookup({
    entity: ProcessStatus,
    plural: 'processStatuses',
    noun: 'a status of runs',
    defaults: ['running', 'completed', 'failed', 'on hold', 'unknown', 'skipped'],
  }),
  ...lookup({ entity: ErrorType, plural: 'errorTypes', noun: 'a kind of error', defaults: ['File Error', 'Data Error', 'Process Error'] }),
];
