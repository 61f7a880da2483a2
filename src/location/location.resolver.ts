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
import { aliasesField, reasonField, tellingFields } from '../platform/write/record.js';
import type { NewLocation } from './find-location.js';
import { createLocation, locationFields, updateLocation, type LocationChange } from './location-changes.js';
import { locationNaming, locationRefs } from './location-naming.js';
import { LocationRef } from './location-ref.input.js';
import { LocationType } from './location-type.entity.js';
import { Location } from './location.entity.js';

@InputType('CreateLocationInput', { description: 'The Location to make.' })
class CreateInput {
  @Field(() => Name, {
    nullable: true,
    description:
      'Its name, unique among locations. Left out, it is made of the kind of the location, its bucket or host and the last part of its path, as in `s3 lake - in`; where that is taken, of the kind and the whole path.',
  })
  name?: string | null;
}
@InputType('UpdateLocationInput', { description: 'Which Location to change, and its new values. What is left out stays.' })
class UpdateInput {}
tellingFields(UpdateInput.prototype, locationNaming);
Field(() => Name, { nullable: true, description: 'New name, unique among locations. It keeps its id; the old name becomes an alias.' })(
  UpdateInput.prototype,
  'newName',
);
for (const { name, doc, type = () => Name, required } of locationFields) {
  Field(type, { nullable: name !== 'path', description: doc })(CreateInput.prototype, name);
  Field(type, { nullable: true, description: `${doc}${required ? '' : ' Null takes it away.'}` })(UpdateInput.prototype, name);
}
reasonField(UpdateInput.prototype);

@ObjectType({ description: 'What became of the wish to make a location.' })
class CreateLocationPayload {
  @Field(() => Boolean, { description: 'False where there was one with the path; it is left as it was.' }) created!: boolean;
}
@ObjectType({ description: 'The changed Location.' })
class UpdateLocationPayload {
  @Field(() => [String], { description: 'What the caller should know of the consequences, such as who does not know a new name yet.' })
  warnings!: string[];
}

writtenField(CreateLocationPayload.prototype, 'location', Location, 'The Location: the new one, or the one that had the path.');
writtenField(UpdateLocationPayload.prototype, 'location', Location, 'The Location as it is now.');

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
    description:
      'Makes a location, or finds the one that has the path. CONFLICT where that one has another name, or the name another path.',
  })
  create(@Ctx() ctx: Context, @Arg('input', () => CreateInput, { description: 'What to make.' }) input: NewLocation): Promise<object> {
    return ctx.write(async (tx) => withRow(tx, Location, 'location', await createLocation(tx, input)));
  }

  @Mutation(() => UpdateLocationPayload, {
    name: 'updateLocation',
    description: 'Renames or changes a location. With another path come its type and its bucket, unless they are given.',
  })
  update(
    @Ctx() ctx: Context,
    @Arg('input', () => UpdateInput, { description: 'Which one, and its new values.' }) input: LocationChange,
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
    'Locations that are one place under several paths, retired ones too, ordered by `canonicalPath`: left by other clients, or from before paths were compared. For an operator, who moves what lies in one to the other and deletes it.',
    {
      name: 'Location.duplicates',
      entity: Location,
      order: ['canonicalPath', 'id'],
      where: 't.canonical_path in (select canonical_path from location_lkup group by canonical_path having count(*) > 1)',
    },
  ),
  referenceField(Location, 'type', 'typeId', LocationType, 'What kind of location it is.', false),
  removable(
    { naming: locationNaming, goes: ['LocationAlias', 'SourceLocation', 'SourceObjectLocation'] },
    'a location',
    'Its aliases and its links to sources and objects go with it; files that lie there keep it.',
  ),
];
