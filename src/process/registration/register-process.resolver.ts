import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, Info, InputType, Int, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { ItemError, itemError } from '../../platform/write/item-error.js';
import { checkLength } from '../../platform/lists.js';
import type { Row } from '../../platform/entity/node.js';
import { recordOf } from '../../platform/record-queues.js';
import { Process } from '../process.entity.js';
import { RegisterProcessInput } from '../register-process.input.js';
import { registerEach, registerProcesses, type RegisteredProcess, type RegistrationOutcome } from '../register-processes.js';
import { UnlinkProcessInput } from '../links/unlink-process.input.js';
import { unlinkProcess } from '../links/unlink-process.js';

const maxItems = 2000;

@ObjectType({ description: 'What became of a registration.' })
class RegisterProcessPayload {
  @Field(() => Process, { description: 'The process as it is now.' }) process!: Row<Process>;
  @Field(() => Boolean, { description: 'Whether this registration made it; false where it was known.' }) created!: boolean;
}

@InputType({ description: 'Several processes to register.' })
class RegisterProcessesInput {
  @Field(() => [RegisterProcessInput], { description: `The processes: 1 to ${maxItems}. Parents may stand behind their children.` })
  processes!: RegisterProcessInput[];
}

@ObjectType({ description: 'What became of one of several registrations: a process, or an error.' })
class RegisterProcessResult {
  @Field(() => Process, { nullable: true, description: 'The process as it is now; null if there is an error.' })
  process!: Row<Process> | null;
  @Field(() => Boolean, { description: 'Whether this registration made it; false where it was known, and with an error.' })
  created!: boolean;
  @Field(() => ItemError, { nullable: true, description: 'What is wrong with this item; null if it was registered.' })
  error!: ItemError | null;
}

@ObjectType({ description: 'What became of several registrations.' })
class RegisterProcessesPayload {
  @Field(() => [RegisterProcessResult], { description: 'One result an item, in the order given.' }) results!: RegisterProcessResult[];
}

@ObjectType({ description: 'A process after links were taken from it.' })
class UnlinkProcessPayload {
  @Field(() => Process, { description: 'The process as it is now.' }) process!: Row<Process>;
  @Field(() => Int, { description: 'How many of its links went, counting those that were named and those below them.' }) removed!: number;
}

@Resolver()
class RegisterProcessResolver {
  @Mutation(() => RegisterProcessPayload, {
    description:
      'Registers a process with the sources, objects and attributes that it reads and writes, its contacts and dependencies, in one transaction. Doing it again changes nothing.',
  })
  async registerProcess(
    @Ctx() ctx: Context,
    @Arg('input', () => RegisterProcessInput, { description: 'The process and what it names.' }) input: RegisterProcessInput,
  ): Promise<RegisteredProcess> {
    const [registered] = await ctx.write((tx) => registerProcesses(tx, [input]), null, [recordOf('Process', { name: input.name })]);
    return registered!;
  }

  @Mutation(() => RegisterProcessesPayload, {
    description: 'Registers many processes, each for itself: what is wrong with one is told in its result, the others stand.',
  })
  async registerProcesses(
    @Ctx() ctx: Context,
    @Arg('input', () => RegisterProcessesInput, { description: 'The processes and what they name.' }) { processes }: RegisterProcessesInput,
  ): Promise<{ results: RegistrationOutcome[] }> {
    checkLength(processes, 'processes', maxItems);
    return { results: await registerEach((work) => ctx.write(work), processes) };
  }

  @Mutation(() => UnlinkProcessPayload, {
    description:
      'Takes sources, objects or attributes from what a process reads or writes. With the last finer link goes a coarser one that nobody stated.',
  })
  unlinkProcess(
    @Ctx() ctx: Context,
    @Arg('input', () => UnlinkProcessInput, { description: 'The process, and what it no longer reads or writes.' })
    input: UnlinkProcessInput,
  ): Promise<{ id: number; removed: number }> {
    return ctx.write((tx) => unlinkProcess(tx, input), input.reason);
  }
}

/** The payloads hold the number of the process; this reads the rest of it. */
@Resolver(() => RegisterProcessPayload)
class RegisterProcessPayloadResolver {
  @FieldResolver()
  process(@Root() root: { id: number }, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<Process> | null> {
    return ctx.load(Process, root.id, info);
  }
}

@Resolver(() => UnlinkProcessPayload)
class UnlinkProcessPayloadResolver {
  @FieldResolver()
  process(@Root() root: { id: number }, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<Process> | null> {
    return ctx.load(Process, root.id, info);
  }
}

@Resolver(() => RegisterProcessResult)
class RegisterProcessResultResolver {
  @FieldResolver()
  process(@Root() root: RegistrationOutcome, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<Process> | null> {
    return ctx.load(Process, 'error' in root ? null : root.id, info);
  }
  @FieldResolver()
  created(@Root() root: RegistrationOutcome): boolean {
    return !('error' in root) && root.created;
  }
  @FieldResolver()
  error(@Root() root: RegistrationOutcome): ItemError | null {
    return 'error' in root ? itemError(root.error) : null;
  }
}

export const registrationResolvers = [
  RegisterProcessResolver,
  RegisterProcessPayloadResolver,
  RegisterProcessResultResolver,
  UnlinkProcessPayloadResolver,
];
