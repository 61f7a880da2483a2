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
  description: 'Outcome of a request to add or remove a dependency.',
  valuesConfig: {
    ADDED: { description: 'The dependency was added.' },
    KNOWN: { description: 'The dependency existed; a specified note has replaced its note.' },
    REMOVED: { description: 'The dependency was removed. A link that events have reported stays, as reported.' },
    ABSENT: { description: 'The dependency did not exist.' },
    REFUSED: { description: 'Nothing was changed; `error` has the reason.' },
  },
});

@InputType({ description: 'A dependency between two processes.' })
class DependencyInput {
  @Field(() => ProcessRef, { description: 'The process that comes first.' }) parent!: ProcessRef;
  @Field(() => ProcessRef, { description: 'The process that depends on it.' }) child!: ProcessRef;
  @Field(() => DependencyKind, { defaultValue: DependencyKind.HARD, description: 'Kind of the dependency.' })
  kind!: DependencyKind;
  @Field(() => LongText, { nullable: true, description: 'Reason of the dependency. Omit to keep a stored note.' }) note?: string | null;
}

@InputType({ description: 'Dependencies to add.' })
class AddDependenciesInput {
  @Field(() => [DependencyInput], { description: `The dependencies: 1 to ${maxItems}.` }) dependencies!: DependencyInput[];
  @Field(() => LongText, { nullable: true, description: 'Reason of the change, kept in the history.' }) reason?: string | null;
}

@InputType({ description: 'A dependency between two processes to remove.' })
class EndedDependencyInput {
  @Field(() => ProcessRef, { description: 'The process that comes first.' }) parent!: ProcessRef;
  @Field(() => ProcessRef, { description: 'The process that depends on it.' }) child!: ProcessRef;
  @Field(() => DependencyKind, { nullable: true, description: 'Kind of the dependency; omit for all kinds.' })
  kind?: DependencyKind | null;
}

@InputType({ description: 'Dependencies to remove.' })
class RemoveDependenciesInput {
  @Field(() => [EndedDependencyInput], { description: `The dependencies: 1 to ${maxItems}.` }) dependencies!: EndedDependencyInput[];
  @Field(() => LongText, { nullable: true, description: 'Reason of the change, kept in the history.' }) reason?: string | null;
}

@ObjectType({ description: 'Result of one dependency of a request.' })
class DependencyResult {
  @Field(() => Process, { nullable: true, description: 'The process that comes first; null if it does not exist.' })
  parent!: Row<Process> | null;
  @Field(() => Process, { nullable: true, description: 'The dependent process; null if it does not exist.' })
  child!: Row<Process> | null;
  @Field(() => DependencyKind, { nullable: true, description: 'The requested kind; null if all kinds were requested.' })
  kind!: DependencyKind | null;
  @Field(() => DependencyOutcome, { description: 'Outcome of the request.' }) outcome!: DependencyOutcome;
  @Field(() => ItemError, { nullable: true, description: 'The reason of a refusal; null otherwise.' }) error!: ItemError | null;
  @Field(() => [Process], {
    nullable: true,
    description: 'The cycle that it would have closed; null otherwise. Each process depends on the next one; the last is the first again.',
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
      'Adds dependencies between processes. One that would close a cycle is refused with the cycle; the valid items are committed. A repeated call changes nothing.',
  })
  async addDependencies(
    @Ctx() ctx: Context,
    @Arg('input', () => AddDependenciesInput, { description: 'The dependencies.' }) { dependencies, reason }: AddDependenciesInput,
  ): Promise<{ results: DependencyChange[] }> {
    checkLength(dependencies, 'dependencies', maxItems);
    return { results: await ctx.write((tx) => addDependencies(tx, dependencies), reason) };
  }

  @Mutation(() => RemoveDependenciesPayload, { description: 'Removes dependencies between processes. A missing dependency is no error.' })
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
