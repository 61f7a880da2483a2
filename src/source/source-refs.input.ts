import { namedRefInput } from '../platform/read/ref-input.js';
import { attributeNaming, objectNaming, sourceNaming } from './source-naming.js';

export const SourceRef = namedRefInput(sourceNaming);
export const SourceObjectRef = namedRefInput(objectNaming);
export const AttributeRef = namedRefInput(attributeNaming, 'AttributeRef');
