import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference } from '../platform/entity/columns.js';
import { TextKey } from '../platform/entity/text-key.js';
import { Source } from './source.entity.js';

/** A name that a source had before. */
@Index({ properties: ['sourceId'] })
@Entity({ tableName: 'source_alias' })
export class SourceAlias {
  @TextKey('name')
  name!: string;

  @Reference(() => Source, 'source_id', { onDelete: 'cascade' })
  sourceId!: number;
}
