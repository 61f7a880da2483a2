import { Text } from '../platform/entity/columns.js';
import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const FileSizeType = lookupEntity({
  name: 'FileSizeType',
  table: 'filesize_type_lkup',
  key: 'filesize_type_id',
  label: 'filesize_type_name',
  doc: 'The unit in which the size of a file is given.',
  extra: {
    code: Text('filesize_type_code', {
      doc: 'Short form of the unit, such as MB.',
    }),
  },
  unique: ['code'],
});
export type FileSizeType = InstanceType<typeof FileSizeType>;
