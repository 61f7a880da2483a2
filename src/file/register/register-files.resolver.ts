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

@ObjectType({ description: 'What became of one file of a request: a file, or an error.' })
class RegisterFileResult {
  /** The number of the file, which is read by it. */
  id!: number | null;
  @Field(() => Boolean, { description: 'Whether it is new. False where it was known and left as it is, and with an error.' })
  created!: boolean;
  @Field(() => ItemError, { nullable: true, description: 'Why it was not registered; null if it was, or is none.' })
  error!: ItemError | null;
  @Field(() => String, { nullable: true, description: 'Why it was left out: a sub-folder, or a file in one. Null for all others.' })
  warning!: string | null;
}

@ObjectType({ description: 'What became of the files of a request.' })
class RegisterFilesPayload {
  /** The number of the location, which is read by it. */
  locationId!: number;
  @Field(() => [RegisterFileResult], { description: 'One result a file, in the order given.' }) results!: Registered[];
}

@ObjectType({ description: 'What became of the files of a location.' })
class RegisterLocationFilesPayload {
  /** The number of the location, which is read by it. */
  locationId!: number;
  @Field(() => Int, { description: 'How many files are new.' }) created!: number;
  @Field(() => Int, { description: 'How many names were left out, as sub-folders or files in them: see `results.warning`.' })
  leftOut!: number;
  @Field(() => [RegisterFileResult], {
    description: 'One result a name, in the order given. What was left out has neither a file nor an error, but a warning.',
  })
  results!: Registered[];
}

@Resolver(() => RegisterFileResult)
class RegisterFilesResolver {
  @Mutation(() => RegisterFilesPayload, {
    description:
      'Registers files of one location, each for itself: what is wrong with one is told in its result, the others stand. A file that is known stays as it is, archived ones too, but is linked to the run; one that was deleted is registered anew.',
  })
  registerFiles(
    @Ctx() ctx: Context,
    @Arg('input', () => RegisterFilesInput, { description: 'The files, where they lie, and the run that registers them.' })
    { location, run, files, reason }: RegisterFilesInput,
  ): Promise<{ locationId: number; results: Registered[] }> {
    checkLength(files, 'files', maxFiles);
    return ctx.write((tx) => registerFiles(tx, { location, run, files }), reason);
  }

  @Mutation(() => RegisterLocationFilesPayload, {
    description:
      'Tells what a location holds: files that are new are registered as ready, known ones left as they are, one that was deleted is ready again. The count of its files is set; sub-folders and files in them are left out and counted.',
  })
  registerLocationFiles(
    @Ctx() ctx: Context,
    @Arg('input', () => RegisterLocationFilesInput, { description: 'The location and the names of what lies there.' })
    input: RegisterLocationFilesInput,
  ): Promise<{ locationId: number; created: number; leftOut: number; results: Registered[] }> {
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
  referenceField(RegisterFileResult, 'file', 'id', File, 'The file as it is now; null if there is an error, or it is a sub-folder.'),
  referenceField(RegisterFilesPayload, 'location', 'locationId', Location, 'Where the files lie.', false),
  referenceField(RegisterLocationFilesPayload, 'location', 'locationId', Location, 'The location as it is now.', false),
];
