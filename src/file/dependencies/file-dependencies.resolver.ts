import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, Info, InputType, Mutation, ObjectType, Resolver, Root, type ClassType } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { referenceField } from '../../platform/read/fields.js';
import { ItemError, itemErrorField } from '../../platform/write/item-error.js';
import { checkLength } from '../../platform/lists.js';
import type { Row } from '../../platform/entity/node.js';
import { LongText, Name } from '../../platform/entity/text.js';
import { addFileDependencies, removeFileDependencies, type FileDependencyChange } from './file-dependencies.js';
import { FileRef } from '../file-ref.input.js';
import { File } from '../file.entity.js';
import { PayloadOf } from '../../platform/write/payload.js';

const maxItems = 10_000;

@InputType({ description: 'A dependency of one file on another.' })
class FileDependencyInput {
  @Field(() => FileRef, { description: 'File that is loaded first.' }) parent!: FileRef;
  @Field(() => FileRef, { description: 'File that depends on it.' }) child!: FileRef;
}

@InputType({ description: 'Input of `removeFileDependencies`.' })
class RemoveFileDependenciesInput {
  @Field(() => [FileDependencyInput], { description: `The dependencies: 1 to ${maxItems}.` }) dependencies!: FileDependencyInput[];
  @Field(() => LongText, { nullable: true, description: 'Reason, kept in the history.' }) reason?: string | null;
}

@InputType({ description: 'Input of `addFileDependencies`.' })
class AddFileDependenciesInput extends RemoveFileDependenciesInput {
  @Field(() => Name, {
    defaultValue: 'Hard',
    description:
      'Name of their type, which must exist; default `Hard`. A `Soft` dependency does not block. An existing dependency of another type gets this one.',
  })
  type!: string;
}

@ObjectType({ description: 'Result of one dependency of a request.' })
class FileDependencyResult {
  /** The numbers of the files, by which they are read. */
  parentId!: number | null;
  childId!: number | null;
  @Field(() => Boolean, {
    description: 'Whether this call changed the dependency; false if it already was as requested, and with an error.',
  })
  changed!: boolean;
  @Field(() => ItemError, { nullable: true, description: 'Why it was refused; null if it was not.' }) error!: ItemError | null;
  @Field(() => [File], {
    nullable: true,
    description: 'Cycle that it would have closed: each file depends on the next, the last is the first again. Null if there is none.',
  })
  cycle!: (Row<File> | null)[] | null;
}

function dependenciesPayload(mutation: string): ClassType {
  @PayloadOf(mutation)
  class Payload {
    @Field(() => [FileDependencyResult], { description: 'One result per dependency, in the order of the input.' })
    results!: FileDependencyChange[];
  }
  return Payload;
}
const AddPayload = dependenciesPayload('addFileDependencies');
const RemovePayload = dependenciesPayload('removeFileDependencies');

@Resolver(() => FileDependencyResult)
class FileDependenciesResolver {
  @Mutation(() => AddPayload, {
    description:
      'Adds dependencies between files. One that would close a cycle is refused with that cycle; the valid ones are committed. Repeating the call changes nothing.',
  })
  async addFileDependencies(
    @Ctx() ctx: Context,
    @Arg('input', () => AddFileDependenciesInput, { description: 'The dependencies.' })
    { dependencies, type, reason }: AddFileDependenciesInput,
  ): Promise<{ results: FileDependencyChange[] }> {
    checkLength(dependencies, 'dependencies', maxItems);
    return { results: await ctx.write((tx) => addFileDependencies(tx, dependencies, type), reason) };
  }

  @Mutation(() => RemovePayload, { description: 'Removes dependencies between files. A dependency that does not exist is not an error.' })
  async removeFileDependencies(
    @Ctx() ctx: Context,
    @Arg('input', () => RemoveFileDependenciesInput, { description: 'The dependencies.' })
    { dependencies, reason }: RemoveFileDependenciesInput,
  ): Promise<{ results: FileDependencyChange[] }> {
    checkLength(dependencies, 'dependencies', maxItems);
    return { results: await ctx.write((tx) => removeFileDependencies(tx, dependencies), reason) };
  }

  @FieldResolver()
  cycle(
    @Root() { cycle }: FileDependencyChange,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<(Row<File> | null)[]> | null {
    return cycle && Promise.all(cycle.map((id) => ctx.load(File, id, info)));
  }
}

export const fileDependencyResolvers = [
  FileDependenciesResolver,
  itemErrorField(FileDependencyResult),
  referenceField(FileDependencyResult, 'parent', 'parentId', File, 'File that is loaded first; null if it does not exist.'),
  referenceField(FileDependencyResult, 'child', 'childId', File, 'File that depends on it; null if it does not exist.'),
];
