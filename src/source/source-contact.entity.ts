import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference } from '../platform/entity/columns.js';
import { Audited } from '../platform/entity/node.js';
import { Source } from './source.entity.js';
import { Contact } from '../contact/contact.entity.js';

@Index({ properties: ['contactId'] })
@Entity({ tableName: 'source_contact' })
export class SourceContact extends Audited {
  @Reference(() => Source, 'source_id', { primary: true })
  sourceId!: number;

  @Reference(() => Contact, 'contact_id', { primary: true })
  contactId!: number;
}
