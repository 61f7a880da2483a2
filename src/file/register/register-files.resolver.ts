import { Arg, Ctx, Field, FieldResolver, Int, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { Location } from '../../location/location.entity.js';
import type { Context } from '../../platform/read/context.js';
import { referenceField } from '../../platform/read/fields.js';
import { ItemError, itemError } from '../../platform/write/item-error.js';
import { checkLength } from '../../platform/lists.js';
import { File } from '../file.entity.js';
import { registerLocationFiles } from './location-files.js';
import { maxFiles, RegisterFilesInput, RegisterLocationFilesInput } from './register-files.input.js';
import { registerFiles, type Registered } from './register-files.js';

@ObjectType({ description: 'Result of one file of a request: a file, or an error.' })
class RegisterFileResult {
  /** The number of the file, by which it is read. */
  id!: number | null;
  @Field(() => Boolean, { description: 'Whether this call created the file; false if it existed, and with an error.' })
  created!: boolean;
  @Field(() => ItemError, { nullable: true, description: 'Why it was not registered; null if it was, or was skipped.' })
  error!: ItemError | null;
  @Field(() => String, { nullable: true, description: 'Why the name was skipped: a subfolder, or a file in one. Null for all others.' })
  warning!: string | null;
}

@ObjectType({ description: 'Result of `registerFiles`.' })
class RegisterFilesPayload {
  /** The number of the location, by which it is read. */
  locationId!: number;
  @Field(() => [RegisterFileResult], { description: 'One result per file, in the order of the input.' }) results!: Registered[];
}

@ObjectType({ description: 'Result of `registerLocationFiles`.' })
class RegisterLocationFilesPayload {
  /** The number of the location, by which it is read. */
  locationId!: number;
  @Field(() => Int, { description: 'Number of files that this call created.' }) created!: number;
  @Field(() => Int, { description: 'Number of names that were omitted, as subfolders or files in them: see `results.warning`.' })
  omittedCount!: number;
  @Field(() => [RegisterFileResult], {
    description: 'One result per name, in the order of the input. An omitted name has a warning, no file and no error.',
  })
  results!: Registered[];
}

@Resolver(() => RegisterFileResult)
class RegisterFilesResolver {
  @Mutation(() => RegisterFilesPayload, {
    description:
      'Registers files of one location, each on its own. An invalid file has an error in its result; the valid ones are committed. An existing file, also an archived one, is not changed but linked to the run; a deleted one is registered again.',
  })
  registerFiles(
    @Ctx() ctx: Context,
    @Arg('input', () => RegisterFilesInput, { description: 'The files, their location, and the run that registers them.' })
    { location, run, files, reason }: RegisterFilesInput,
  ): Promise<{ locationId: number; results: Registered[] }> {
    checkLength(files, 'files', maxFiles);
    return ctx.write((tx) => registerFiles(tx, { location, run, files }), reason);
  }

  @Mutation(() => RegisterLocationFilesPayload, {
    description:
      'Registers the listing of a location. Missing files are created as ready, existing ones are not changed, deleted ones become ready again. The file count of the location is set. Subfolders and files in them are skipped and counted.',
  })
  registerLocationFiles(
    @Ctx() ctx: Context,
    @Arg('input', () => RegisterLocationFilesInput, { description: 'The location and the file names there.' })
    input: RegisterLocationFilesInput,
  ): Promise<{ locationId: number; created: number; omittedCount: number; results: Registered[] }> {
    checkLength(input.fileNames, 'fileNames', maxFiles, 0);
    return ctx.write((tx) => registerLocationFiles(tx, input), input.reason);
  }

  @FieldResolver()
  error(@Root() { error }: Registered): ItemError | null {
    return error && itemError(error);
  }
}

export const registerFileResolvers = [
  RegisterFilesResolver,
  referenceField(RegisterFileResult, 'file', 'id', File, 'The file after the call; null with an error, and for a skipped name.'),
  referenceField(RegisterFilesPayload, 'location', 'locationId', Location, 'Location of the files.', false),
  referenceField(RegisterLocationFilesPayload, 'location', 'locationId', Location, 'The location after the call.', false),
];
