import { Arg, Ctx, Field, FieldResolver, InputType, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import type { Context } from '../platform/read/context.js';
import { listQuery, referenceField } from '../platform/read/fields.js';
import { finder } from '../platform/read/find-row.js';
import { maskAddress } from '../platform/mask-secrets.js';
import type { Row } from '../platform/entity/node.js';
import { removable } from '../platform/write/removal.js';
import { ReadsOnly } from '../platform/read/selection.js';
import { Name } from '../platform/entity/text.js';
import { withRow, writtenField } from '../platform/write/written-row.js';
import { aliasesField, reasonField, refField } from '../platform/write/record.js';
import type { NewLocation } from './find-location.js';
import { createLocation, locationFields, updateLocation, type LocationChange } from './location-changes.js';
import { locationKind } from './location-kind.js';
import { locationNaming, locationRefs } from './location-naming.js';
import { LocationRef } from './location-ref.input.js';
import { LocationType } from './location-type.entity.js';
import { Location } from './location.entity.js';

@InputType('CreateLocationInput', { description: 'The Location to create.' })
class CreateInput {
  @Field(() => Name, {
    nullable: true,
    description:
      'Name, unique among locations. Default: its type, its bucket or host and the last part of its path, as in `s3 lake - in`; if that name exists, its type and the whole path.',
  })
  name?: string | null;
}
@InputType('UpdateLocationInput', { description: 'The Location to change, and its new values. An omitted field keeps its value.' })
class UpdateInput {}
refField(UpdateInput.prototype, locationKind);
Field(() => Name, { nullable: true, description: 'New name, unique among locations. It keeps its id; the old name becomes an alias.' })(
  UpdateInput.prototype,
  'newName',
);
for (const { name, doc, type = () => Name, required } of locationFields) {
  Field(type, { nullable: name !== 'path', description: doc })(CreateInput.prototype, name);
  Field(type, { nullable: true, description: `${doc}${required ? '' : ' Null removes it.'}` })(UpdateInput.prototype, name);
}
reasonField(UpdateInput.prototype);

@ObjectType({ description: 'Result of `createLocation`.' })
class CreateLocationPayload {
  @Field(() => Boolean, {
    description: 'Whether this call created the location; false if one with the path existed, which is not changed.',
  })
  created!: boolean;
}
@ObjectType({ description: 'Result of `updateLocation`.' })
class UpdateLocationPayload {
  @Field(() => [String], { description: 'Consequences of the change, such as clients that do not know a new name.' })
  warnings!: string[];
}

writtenField(CreateLocationPayload.prototype, 'location', Location, 'The Location with the path.');
writtenField(UpdateLocationPayload.prototype, 'location', Location, 'The Location after the change.');

@Resolver(() => Location)
class LocationResolver {
  @FieldResolver()
  @ReadsOnly(Location, 'name')
  name(@Root() { name }: Row<Location, 'name'>): string {
    // Other clients make names of addresses with a password in them.
    return maskAddress(name);
  }

  @Mutation(() => CreateLocationPayload, {
    name: 'createLocation',
    description: 'Creates a location, or finds the one with the path. CONFLICT if that one has another name, or the name another path.',
  })
  create(@Ctx() ctx: Context, @Arg('input', () => CreateInput, { description: 'Its values.' }) input: NewLocation): Promise<object> {
    return ctx.write(async (tx) => withRow(tx, Location, 'location', await createLocation(tx, input)));
  }

  @Mutation(() => UpdateLocationPayload, {
    name: 'updateLocation',
    description: 'Renames or changes a location. A new path also sets the type and the bucket, unless they are given.',
  })
  update(
    @Ctx() ctx: Context,
    @Arg('input', () => UpdateInput, { description: 'The location and its new values.' }) input: LocationChange,
  ): Promise<object> {
    return ctx.write(async (tx) => withRow(tx, Location, 'location', await updateLocation(tx, input)), input.reason);
  }
}

export const locationResolvers = [
  finder('location', LocationRef, locationRefs),
  LocationResolver,
  aliasesField(locationNaming),
  ...listQuery('locations', Location, 'All locations, ordered by name.', {
    name: 'Location.name',
    entity: Location,
    order: ['name', 'id'],
    retirable: true,
  }),
  ...listQuery(
    'duplicateLocations',
    Location,
    'Locations that are the same place under several paths, including retired ones, ordered by `canonicalPath`. Other clients may create them. An operator can move the files of one to the other and delete it.',
    {
      name: 'Location.duplicates',
      entity: Location,
      order: ['canonicalPath', 'id'],
      where: 't.canonical_path in (select canonical_path from location_lkup group by canonical_path having count(*) > 1)',
    },
  ),
  referenceField(Location, 'type', 'typeId', LocationType, 'Type of the location.', false),
  removable(
    { kind: locationKind, cascades: ['LocationAlias', 'SourceLocation', 'SourceObjectLocation'] },
    'a location',
    'Its aliases and its links to sources and objects are deleted too; files in it prevent the deletion.',
  ),
];
