import type { RecordKind } from '../platform/write/record-kind.js';
import { processNaming, processRefs } from './process-naming.js';
import { ProcessRef } from './process-ref.input.js';

export const processKind = { naming: processNaming, word: 'process', ref: ProcessRef, refs: processRefs } satisfies RecordKind;
