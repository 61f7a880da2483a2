import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, Info, InputType, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { referenceField } from '../../platform/read/fields.js';
import { ItemError, itemErrorField } from '../../platform/write/item-error.js';
import { checkLength } from '../../platform/lists.js';
import type { Row } from '../../platform/entity/node.js';
import { LongText, Name } from '../../platform/entity/text.js';
import { addExtractDependencies, removeExtractDependencies, type ExtractDependencyChange } from './file-dependencies.js';
import { ExtractRefInput } from '../file-ref.input.js';
import { Extract } from '../file.entity.js';

const maxItems = 10_000;

@InputType({ description: 'A dependency between two files.' })
class ExtractDependencyInput {
  @Field(() => ExtractRefInput, { description: 'The file that is loaded first.' }) parent!: ExtractRefInput;
  @Field(() => ExtractRefInput, { description: 'The file that depends on it.' }) child!: ExtractRefInput;
}

@InputType({ description: 'Dependencies between files to remove.' })
class RemoveExtractDependenciesInput {
  @Field(() => [ExtractDependencyInput], { description: `The dependencies: 1 to ${maxItems}.` }) dependencies!: ExtractDependencyInput[];
  @Field(() => LongText, { nullable: true, description: 'Why, for the history.' }) reason?: string | null;
}

@InputType({ description: 'Dependencies between files to add.' })
class AddExtractDependenciesInput extends RemoveExtractDependenciesInput {
  @Field(() => Name, {
    defaultValue: 'Hard',
    description:
      'Name of their type, which must be known. A `Soft` one holds nothing back. One that stands with another type gets this one.',
  })
  type!: string;
}

@ObjectType({ description: 'What became of one dependency of a request.' })
class ExtractDependencyResult {
  /** The numbers of the files, which are read by them. */
  parentId!: number | null;
  childId!: number | null;
  @Field(() => Boolean, { description: 'Whether it was already as asked for, so that nothing was written; false with an error.' })
  done!: boolean;
  @Field(() => ItemError, { nullable: true, description: 'Why it was refused; null otherwise.' }) error!: ItemError | null;
  @Field(() => [Extract], {
    nullable: true,
    description: 'The cycle that it would have closed: each file depends on the next, the last is the first again. Null otherwise.',
  })
  cycle!: (Row<Extract> | null)[] | null;
}

@ObjectType({ description: 'What became of a request to add or remove dependencies between files.' })
class ExtractDependenciesPayload {
  @Field(() => [ExtractDependencyResult], { description: 'One result an item, in the order given.' }) results!: ExtractDependencyChange[];
}

@Resolver(() => ExtractDependencyResult)
class ExtractDependenciesResolver {
  @Mutation(() => ExtractDependenciesPayload, {
    description:
      'Adds dependencies between files. One that would make a file depend on itself is refused with the cycle, the others stand. Doing it again changes nothing.',
  })
  async addExtractDependencies(
    @Ctx() ctx: Context,
    @Arg('input', () => AddExtractDependenciesInput, { description: 'The dependencies.' })
    { dependencies, type, reason }: AddExtractDependenciesInput,
  ): Promise<{ results: ExtractDependencyChange[] }> {
    checkLength(dependencies, 'dependencies', maxItems);
    return { results: await ctx.write((tx) => addExtractDependencies(tx, dependencies, type), reason) };
  }

  @Mutation(() => ExtractDependenciesPayload, { description: 'Removes dependencies between files. What is not there is no error.' })
  async removeExtractDependencies(
    @Ctx() ctx: Context,
    @Arg('input', () => RemoveExtractDependenciesInput, { description: 'The dependencies.' })
    { dependencies, reason }: RemoveExtractDependenciesInput,
  ): Promise<{ results: ExtractDependencyChange[] }> {
    checkLength(dependencies, 'dependencies', maxItems);
    return { results: await ctx.write((tx) => removeExtractDependencies(tx, dependencies), reason) };
  }

  @FieldResolver()
  cycle(
    @Root() { cycle }: ExtractDependencyChange,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<(Row<Extract> | null)[]> | null {
    return cycle && Promise.all(cycle.map((id) => ctx.load(Extract, id, info)));
  }
}

export const extractDependencyResolvers = [
  ExtractDependenciesResolver,
  itemErrorField(ExtractDependencyResult),
  referenceField(ExtractDependencyResult, 'parent', 'parentId', Extract, 'The file that is loaded first; null if there is none.'),
  referenceField(ExtractDependencyResult, 'child', 'childId', Extract, 'The file that depends on it; null if there is none.'),
];
