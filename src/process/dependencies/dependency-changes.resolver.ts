import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, Info, InputType, Mutation, ObjectType, registerEnumType, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { ItemError, itemErrorField } from '../../platform/write/item-error.js';
import { checkLength } from '../../platform/lists.js';
import type { Row } from '../../platform/entity/node.js';
import { LongText } from '../../platform/entity/text.js';
import { addDependencies, DependencyOutcome, removeDependencies, type DependencyChange } from './dependency-changes.js';
import { DependencyKind } from '../dependency-kind.js';
import { ProcessRef } from '../process-ref.input.js';
import { Process } from '../process.entity.js';

const maxItems = 10_000;

registerEnumType(DependencyOutcome, {
  name: 'DependencyOutcome',
  description: 'What became of the wish to add or remove a dependency.',
  valuesConfig: {
    ADDED: { description: 'It was added.' },
    KNOWN: { description: 'It was there; a note that was given has replaced its note.' },
    REMOVED: { description: 'It was removed. What events have reported stays, as reported.' },
    ABSENT: { description: 'There was nothing to remove.' },
    REFUSED: { description: 'Nothing was done; `error` says why.' },
  },
});

@InputType({ description: 'A dependency between two processes.' })
class DependencyInput {
  @Field(() => ProcessRef, { description: 'The process that comes first.' }) parent!: ProcessRef;
  @Field(() => ProcessRef, { description: 'The process that depends on it.' }) child!: ProcessRef;
  @Field(() => DependencyKind, { defaultValue: DependencyKind.HARD, description: 'What the parent is to the child.' })
  kind!: DependencyKind;
  @Field(() => LongText, { nullable: true, description: 'Why it stands. Left out, a note that is known stays.' }) note?: string | null;
}

@InputType({ description: 'Dependencies to add.' })
class AddDependenciesInput {
  @Field(() => [DependencyInput], { description: `The dependencies: 1 to ${maxItems}.` }) dependencies!: DependencyInput[];
  @Field(() => LongText, { nullable: true, description: 'Why, for the history.' }) reason?: string | null;
}

@InputType({ description: 'A dependency between two processes that no longer holds.' })
class EndedDependencyInput {
  @Field(() => ProcessRef, { description: 'The process that comes first.' }) parent!: ProcessRef;
  @Field(() => ProcessRef, { description: 'The process that depends on it.' }) child!: ProcessRef;
  @Field(() => DependencyKind, { nullable: true, description: 'Which of those between the two; left out, all.' })
  kind?: DependencyKind | null;
}

@InputType({ description: 'Dependencies to remove.' })
class RemoveDependenciesInput {
  @Field(() => [EndedDependencyInput], { description: `The dependencies: 1 to ${maxItems}.` }) dependencies!: EndedDependencyInput[];
  @Field(() => LongText, { nullable: true, description: 'Why, for the history.' }) reason?: string | null;
}

@ObjectType({ description: 'What became of one dependency of a request.' })
class DependencyResult {
  @Field(() => Process, { nullable: true, description: 'The process that comes first; null if there is none.' })
  parent!: Row<Process> | null;
  @Field(() => Process, { nullable: true, description: 'The process that depends on it; null if there is none.' })
  child!: Row<Process> | null;
  @Field(() => DependencyKind, { nullable: true, description: 'The kind that was meant; null where all were.' })
  kind!: DependencyKind | null;
  @Field(() => DependencyOutcome, { description: 'What became of it.' }) outcome!: DependencyOutcome;
  @Field(() => ItemError, { nullable: true, description: 'Why it was refused; null otherwise.' }) error!: ItemError | null;
  @Field(() => [Process], {
    nullable: true,
    description: 'The cycle that it would have closed: each process depends on the next, the last is the first again. Null otherwise.',
  })
  cycle!: (Row<Process> | null)[] | null;
}

/** The fields of both payloads. */
@ObjectType({ description: 'Result of a change of dependencies.' })
abstract class DependenciesPayload {
  @Field(() => [DependencyResult], { description: 'One result for each item, in the order of the request.' }) results!: DependencyChange[];
}
@ObjectType({ description: 'Result of `addDependencies`.' })
class AddDependenciesPayload extends DependenciesPayload {}
@ObjectType({ description: 'Result of `removeDependencies`.' })
class RemoveDependenciesPayload extends DependenciesPayload {}

@Resolver()
class DependencyMutations {
  @Mutation(() => AddDependenciesPayload, {
    description:
      'Adds dependencies between processes. One that would make a process depend on itself is refused with the cycle, the others stand. Doing it again changes nothing.',
  })
  async addDependencies(
    @Ctx() ctx: Context,
    @Arg('input', () => AddDependenciesInput, { description: 'The dependencies.' }) { dependencies, reason }: AddDependenciesInput,
  ): Promise<{ results: DependencyChange[] }> {
    checkLength(dependencies, 'dependencies', maxItems);
    return { results: await ctx.write((tx) => addDependencies(tx, dependencies), reason) };
  }

  @Mutation(() => RemoveDependenciesPayload, { description: 'Removes dependencies between processes. What is not there is no error.' })
  async removeDependencies(
    @Ctx() ctx: Context,
    @Arg('input', () => RemoveDependenciesInput, { description: 'The dependencies.' }) { dependencies, reason }: RemoveDependenciesInput,
  ): Promise<{ results: DependencyChange[] }> {
    checkLength(dependencies, 'dependencies', maxItems);
    return { results: await ctx.write((tx) => removeDependencies(tx, dependencies), reason) };
  }
}

@Resolver(() => DependencyResult)
class DependencyResultResolver {
  @FieldResolver()
  parent(@Root() { parentId }: DependencyChange, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<Process> | null> {
    return ctx.load(Process, parentId, info);
  }
  @FieldResolver()
  child(@Root() { childId }: DependencyChange, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<Process> | null> {
    return ctx.load(Process, childId, info);
  }
  @FieldResolver()
  cycle(
    @Root() { cycle }: DependencyChange,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<(Row<Process> | null)[]> | null {
    return cycle && Promise.all(cycle.map((id) => ctx.load(Process, id, info)));
  }
}

export const dependencyChanges = [DependencyMutations, DependencyResultResolver, itemErrorField(DependencyResult)];
