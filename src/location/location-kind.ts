import type { RecordKind } from '../platform/write/record-kind.js';
import { locationNaming, locationRefs } from './location-naming.js';
import { LocationRef } from './location-ref.input.js';

export const locationKind = { naming: locationNaming, word: 'location', ref: LocationRef, refs: locationRefs } satisfies RecordKind;
