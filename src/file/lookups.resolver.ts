import { Name } from '../platform/entity/text.js';
import { lookup } from '../platform/write/lookup.js';
import { CompressionType } from './compression-type.entity.js';
import { FileStatus } from './file-status.entity.js';
import { FileSizeType } from './file-size-type.entity.js';
import { FileType } from './file-type.entity.js';

export const fileLookups = [
  ...lookup({
    entity: FileStatus,
    plural: 'fileStatuses',
    noun: 'a status of files',
    defaults: ['initializing', 'ready', 'loading', 'loaded', 'archived', 'deleted', 'error'],
  }),
  ...lookup({ entity: CompressionType, plural: 'compressionTypes', noun: 'a compression', defaults: ['zip'] }),
  ...lookup({
    entity: FileType,
    plural: 'fileTypes',
    noun: 'a file format',
    defaults: ['Comma Separated Values'],
    fields: [
      { property: 'code', type: () => Name, doc: 'File name extension without its dot, such as csv.', required: true },
      { property: 'delimiter', doc: 'Character between two values.' },
      { property: 'quote', doc: 'Character around a value.' },
      { property: 'escape', doc: 'Character that escapes the one after it.' },
    ],
  }),
  ...lookup({
    entity: FileSizeType,
    plural: 'fileSizeTypes',
    noun: 'a unit of file size',
    defaults: ['bytes', 'kilobytes', 'megabytes', 'gigabytes'],
    fields: [{ property: 'code', type: () => Name, doc: 'Short code, such as KB.', required: true }],
  }),
];
