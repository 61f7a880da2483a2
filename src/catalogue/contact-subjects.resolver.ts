import { Contact } from '../contact/contact.entity.js';
import { listField } from '../platform/read/fields.js';
import type { ListSource } from '../platform/read/paging.js';
import type { EntityClass } from '../platform/entity/rows.js';
import { SourceObjectAttribute } from '../source/source-object-attribute.entity.js';
import { SourceObject } from '../source/source-object.entity.js';
import { Source } from '../source/source.entity.js';

/** Rows that a table links to a contact, once each, whatever the roles. */
const linked = (name: string, entity: EntityClass, table: string, links: string, key: string): ListSource => ({
  name,
  entity,
  from: `(select distinct contact_id, ${key} from ${links}) l join ${table} t on t.${key} = l.${key}`,
  parent: 'l.contact_id',
  order: ['name', 'id'],
});

/** What a contact answers for: the other side of the contacts of sources, objects and attributes. */
export const contactSubjects = [
  ...listField(
    Contact,
    'sources',
    Source,
    'The sources that it is a contact of, ordered by name.',
    linked('Contact.sources', Source, 'source_lkup', 'source_contact', 'source_id'),
  ),
  ...listField(
    Contact,
    'objects',
    SourceObject,
    'The objects that it is a contact of, ordered by name.',
    linked('Contact.objects', SourceObject, 'source_object_lkup', 'source_object_contact', 'source_object_id'),
  ),
  ...listField(
    Contact,
    'attributes',
    SourceObjectAttribute,
    'The attributes that it is a contact of, ordered by name.',
    linked(
      'Contact.attributes',
      SourceObjectAttribute,
      'source_object_attribute_lkup',
      'source_object_attribute_contact',
      'source_object_attribute_id',
    ),
  ),
];
