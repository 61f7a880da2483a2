import { locationRefs } from '../location/location-naming.js';
import { Location } from '../location/location.entity.js';
import { listField } from '../platform/read/fields.js';
import type { BulkForm } from '../platform/write/bulk-forms.js';
import { linking } from '../platform/write/linking.js';
import { below, resolveRef } from '../platform/read/references.js';
import type { ListSource } from '../platform/read/paging.js';
import type { EntityClass } from '../platform/entity/rows.js';
import { objectKind, sourceKind } from '../source/source-kinds.js';
import { SubjectRef } from './subject-ref.input.js';
import { LocationRef } from '../location/location-ref.input.js';
import { SourceLocation } from '../source/source-location.entity.js';
import { SourceObjectLocation } from '../source/source-object-location.entity.js';
import { SourceObject } from '../source/source-object.entity.js';
import { Source } from '../source/source.entity.js';

const lying = (name: string, entity: EntityClass, from: string, parent: string): ListSource => ({
  name,
  entity,
  from,
  parent,
  order: ['name', 'id'],
  retirable: true,
});

/** Where the files of sources and objects lie. */
export const sourceLocationForms: readonly BulkForm[] = [
  { of: 'linkLocation', name: 'linkLocations', list: 'links' },
  { of: 'unlinkLocation', name: 'unlinkLocations', list: 'links' },
];
export const sourceLocations = [
  ...linking({
    entity: Location,
    noun: 'a location',
    ref: LocationRef,
    refDoc: 'The location, which must exist.',
    subject: SubjectRef,
    kinds: [
      { ...sourceKind, link: SourceLocation },
      { ...objectKind, link: SourceObjectLocation },
    ],
    find: async (tx, ref, argument) =>
      (await resolveRef<object, Location>(tx, locationRefs, ref, { at: below(argument), lock: 'key share' })).id,
  }),
  ...listField(
    Source,
    'locations',
    Location,
    'The locations of its files, ordered by name.',
    lying('Source.locations', Location, 'source_location l join location_lkup t on t.location_id = l.location_id', 'l.source_id'),
  ),
  ...listField(
    SourceObject,
    'locations',
    Location,
    'The locations of its files, ordered by name.',
    lying(
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
    'The sources with files at this location, ordered by name.',
    lying('Location.sources', Source, 'source_location l join source_lkup t on t.source_id = l.source_id', 'l.location_id'),
  ),
  ...listField(Location, 'objects', SourceObject, 'The objects with files at this location, ordered by name.', {
    ...lying(
      'Location.objects',
      SourceObject,
      'source_object_location l join source_object_lkup t on t.source_object_id = l.source_object_id',
      'l.location_id',
    ),
    where: 't.source_object_name is not null',
  }),
];
