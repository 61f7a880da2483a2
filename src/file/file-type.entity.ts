import { Text } from '../platform/entity/columns.js';
import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const FileType = lookupEntity({
  name: 'FileType',
  table: 'extract_filetype_lkup',
  key: 'extract_filetype_id',
  label: 'extract_filetype',
  doc: 'The format of a file, found by its extension or its full name.',
  extra: {
    code: Text('extract_filetype_code', { doc: 'The extension without its dot, such as csv.' }),
    delimiter: Text('delimiter_char', { nullable: true, doc: 'The character that stands between two values of a line.' }),
    quote: Text('quote_char', { nullable: true, doc: 'The character that encloses a value.' }),
    escape: Text('escape_char', { nullable: true, doc: 'The character that takes the meaning from the one after it.' }),
  },
});
export type FileType = InstanceType<typeof FileType>;
