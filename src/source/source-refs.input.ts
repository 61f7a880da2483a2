import { namedRefInput } from '../platform/read/ref-input.js';
import type { NamedRef } from '../platform/read/references.js';
import { attributeNaming, objectNaming, sourceNaming } from './source-naming.js';

export const SourceRef = namedRefInput(sourceNaming);
export type SourceRef = NamedRef;

export const SourceObjectRef = namedRefInput(objectNaming);
export type SourceObjectRef = NamedRef & { source?: string | null };

export const AttributeRef = namedRefInput(attributeNaming, 'AttributeRef');
export type AttributeRef = NamedRef & { source?: string | null; object?: string | null };
