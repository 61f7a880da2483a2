import { locationRefs } from '../location/location-naming.js';
import { Location } from '../location/location.entity.js';
import { listField } from '../platform/read/fields.js';
import { linking } from '../platform/write/linking.js';
import { resolveRef } from '../platform/read/references.js';
import type { ListSource } from '../platform/read/paging.js';
import type { EntityClass } from '../platform/entity/rows.js';
import { objectNaming, sourceNaming } from './source-naming.js';
import { SourceLocation } from './source-location.entity.js';
import { SourceObjectLocation } from './source-object-location.entity.js';
import { SourceObject } from './source-object.entity.js';
import { Source } from './source.entity.js';

const below = (name: string, entity: EntityClass, from: string, parent: string): ListSource => ({
  name,
  entity,
  from,
  parent,
  order: ['name', 'id'],
  retirable: true,
});

/** Where the files of sources and objects lie. */
export const sourceLocations = [
  ...linking({
    entity: Location,
    noun: 'a location',
    kinds: [
      { naming: sourceNaming, argument: 'source', link: SourceLocation },
      { naming: objectNaming, argument: 'object', link: SourceObjectLocation },
    ],
    find: async (tx, name, argument) => (await resolveRef(tx, locationRefs, { name }, { at: () => argument, lock: 'key share' })).id,
  }),
  ...listField(
    Source,
    'locations',
    Location,
    'Where its files lie, ordered by name.',
    below('Source.locations', Location, 'source_location l join location_lkup t on t.location_id = l.location_id', 'l.source_id'),
  ),
  ...listField(
    SourceObject,
    'locations',
    Location,
    'Where its files lie, ordered by name.',
    below(
      'SourceObject.locations',
      Location,
      'source_object_location l join location_lkup t on t.location_id = l.location_id',
      'l.source_object_id',
    ),
  ),
  ...listField(
    Location,
    'sources',
    Source,
    'The sources whose files lie here, ordered by name.',
    below('Location.sources', Source, 'source_location l join source_lkup t on t.source_id = l.source_id', 'l.location_id'),
  ),
  ...listField(Location, 'objects', SourceObject, 'The objects whose files lie here, ordered by name.', {
    ...below(
      'Location.objects',
      SourceObject,
      'source_object_location l join source_object_lkup t on t.source_object_id = l.source_object_id',
      'l.location_id',
    ),
    where: 't.source_object_name is not null',
  }),
];
