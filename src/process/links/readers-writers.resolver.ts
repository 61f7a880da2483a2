import { listField } from '../../platform/read/fields.js';
import type { ListSource } from '../../platform/read/paging.js';
import { SourceObjectAttribute } from '../../source/source-object-attribute.entity.js';
import { SourceObject } from '../../source/source-object.entity.js';
import { Source } from '../../source/source.entity.js';
import { Process } from '../process.entity.js';

const processes = (name: string, link: string, column: string): ListSource => ({
  name,
  entity: Process,
  from: `${link} l join process t on t.process_id = l.process_id`,
  parent: `l.${column}`,
  order: ['name', 'id'],
});

/** Who reads and who writes a source, an object, an attribute: the processes' side of the catalogue. */
export const readersAndWriters = [
  ...listField(
    Source,
    'readBy',
    Process,
    'The processes that read it, as a whole or in part, ordered by name.',
    processes('Source.readBy', 'process_source', 'source_id'),
  ),
  ...listField(
    Source,
    'writtenBy',
    Process,
    'The processes that write it, as a whole or in part, ordered by name.',
    processes('Source.writtenBy', 'process_target', 'target_source_id'),
  ),
  ...listField(
    SourceObject,
    'readBy',
    Process,
    'The processes that read it, as a whole or in part, ordered by name.',
    processes('SourceObject.readBy', 'process_source_object', 'source_object_id'),
  ),
  ...listField(
    SourceObject,
    'writtenBy',
    Process,
    'The processes that write it, as a whole or in part, ordered by name.',
    processes('SourceObject.writtenBy', 'process_target_object', 'target_object_id'),
  ),
  ...listField(
    SourceObjectAttribute,
    'readBy',
    Process,
    'The processes that read it, ordered by name.',
    processes('SourceObjectAttribute.readBy', 'process_source_object_attribute', 'source_object_attribute_id'),
  ),
  ...listField(
    SourceObjectAttribute,
    'writtenBy',
    Process,
    'The processes that write it, ordered by name.',
    processes('SourceObjectAttribute.writtenBy', 'process_target_object_attribute', 'target_object_attribute_id'),
  ),
];
