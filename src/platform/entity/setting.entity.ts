import { Entity } from '@mikro-orm/decorators/legacy';
import { Text } from './columns.js';
import { TextKey } from './text-key.js';

/** What this store has been told once and for all: its time zone, the hash of its functions. */
@Entity({ tableName: 'waybill_setting' })
export class Setting {
  @TextKey('key')
  key!: string;

  @Text('value')
  value!: string;
}
