import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Int, Query, Resolver } from 'type-graphql';
import type { Context } from '../platform/context.js';
import { invalid } from '../platform/errors.js';
import { listQuery, referenceField } from '../platform/fields.js';
import { findRow } from '../platform/find-row.js';
import { idByName, type ThingInput } from '../platform/naming.js';
import type { Row } from '../platform/node.js';
import { removable } from '../platform/removal.js';
import { Name } from '../platform/text.js';
import { thing } from '../platform/thing.js';
import { locationNaming } from './location-naming.service.js';
import { LocationType } from './location-type.entity.js';
import { Location } from './location.entity.js';

@Resolver()
class LocationQueries {
  @Query(() => Location, { nullable: true, description: 'The location with this name, now or formerly, or with this number; or null.' })
  location(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('name', () => Name, { nullable: true, description: 'Its name, exactly.' }) name?: string,
    @Arg('trackingId', () => Int, { nullable: true, description: "ProcessTracker's number of it." }) id?: number,
  ): Promise<Row | null> {
    return findRow(ctx, info, Location, { name, id }, { name: { sql: `t.location_id = ${idByName(locationNaming)}` } });
  }
}

/** The type of a location that does not say one, as ProcessTracker names it; and its bucket. */
function typed(input: ThingInput): ThingInput {
  const [, scheme, host] = /^([A-Za-z][A-Za-z0-9+.-]+):\/\/([^/]*)/.exec(input.path as string) ?? [];
  const s3 = scheme?.toLowerCase() === 's3';
  if (input.type === undefined || input.type === null) {
    if (scheme && !s3 && scheme.toLowerCase() !== 'file')
      throw invalid(`The path does not tell the type of the location: say \`type\`.`, {
        argument: 'input.type',
        value: null,
        allowed: 'a kind of location',
      });
    input = { ...input, type: s3 ? 's3' : 'local filesystem' };
  }
  return s3 && host && !input.bucket ? { ...input, bucket: host } : input;
}

export const locationResolvers = [
  LocationQueries,
  ...listQuery('locations', Location, 'All locations, ordered by name.', {
    name: 'Location.name',
    entity: Location,
    order: ['name', 'id'],
    retirable: true,
  }),
  referenceField(Location, 'type', 'typeId', LocationType, 'What kind of location it is.', false),
  ...thing({
    naming: locationNaming,
    noun: 'a location',
    unique: 'among locations',
    needed: ['path'],
    prepare: typed,
    fields: [
      { name: 'path', doc: 'Path or URI, unique.', type: () => Name, required: true },
      {
        name: 'type',
        doc: 'Kind of location, made where it is new. A new location with a path of the local machine or of S3 need not say.',
        property: 'typeId',
        lookup: LocationType,
        required: true,
      },
      { name: 'bucket', doc: 'Name of the bucket, where the location lies in one. Taken from an S3 path if left out.', type: () => Name },
    ],
  }),
  removable(
    { naming: locationNaming, goes: ['LocationAlias', 'SourceLocation', 'SourceObjectLocation'] },
    'a location',
    'Its aliases and its links to sources and objects go with it; files that lie there keep it.',
  ),
];
