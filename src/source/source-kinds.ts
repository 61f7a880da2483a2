import type { RecordKind } from '../platform/write/record-kind.js';
import { attributeNaming, attributeRefs, objectNaming, objectRefs, sourceNaming, sourceRefs } from './source-naming.js';
import { AttributeRef, SourceObjectRef, SourceRef } from './source-refs.input.js';

export const sourceKind = { naming: sourceNaming, word: 'source', ref: SourceRef, refs: sourceRefs } satisfies RecordKind;
export const objectKind = {
  naming: objectNaming,
  word: 'object',
  ref: SourceObjectRef,
  refs: objectRefs,
  within: sourceKind,
} satisfies RecordKind;
export const attributeKind = {
  naming: attributeNaming,
  word: 'attribute',
  ref: AttributeRef,
  refs: attributeRefs,
  within: objectKind,
} satisfies RecordKind;
