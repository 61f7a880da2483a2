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

@ObjectType({ description: 'Result of `registerProcess`.' })
class RegisterProcessPayload {
  @Field(() => Process, { description: 'The process after the change.' }) process!: Row<Process>;
  @Field(() => Boolean, { description: 'Whether this registration created the process.' }) created!: boolean;
}

@InputType({ description: 'Several processes to register.' })
class RegisterProcessesInput {
  @Field(() => [RegisterProcessInput], { description: `The processes: 1 to ${maxItems}. Parents may follow their children.` })
  processes!: RegisterProcessInput[];
}

@ObjectType({ description: 'Result of one of several registrations: a process, or an error.' })
class RegisterProcessResult {
  @Field(() => Process, { nullable: true, description: 'The process after the change; null with an error.' })
  process!: Row<Process> | null;
  @Field(() => Boolean, { description: 'Whether this registration created the process; false with an error.' })
  created!: boolean;
  @Field(() => ItemError, { nullable: true, description: 'Error of this item; null if it was registered.' })
  error!: ItemError | null;
}

@ObjectType({ description: 'Result of `registerProcesses`.' })
class RegisterProcessesPayload {
  @Field(() => [RegisterProcessResult], { description: 'One result for each item, in the order of the request.' })
  results!: RegisterProcessResult[];
}

@ObjectType({ description: 'Result of `unlinkProcess`.' })
class UnlinkProcessPayload {
  @Field(() => Process, { description: 'The process after the change.' }) process!: Row<Process>;
  @Field(() => Int, { description: 'Number of its removed links: those of the request and those at child levels.' }) removed!: number;
}

@Resolver()
class RegisterProcessResolver {
  @Mutation(() => RegisterProcessPayload, {
    description:
      'Registers a process with the data that it reads and writes, its contacts and its dependencies. A repeated call changes nothing.',
  })
  async registerProcess(
    @Ctx() ctx: Context,
    @Arg('input', () => RegisterProcessInput, { description: 'The process and its links.' }) input: RegisterProcessInput,
  ): Promise<RegisteredProcess> {
    const [registered] = await ctx.write((tx) => registerProcesses(tx, [input]), null, [recordOf('Process', { name: input.name })]);
    return registered!;
  }

  @Mutation(() => RegisterProcessesPayload, {
    description: 'Registers several processes. An invalid one has an error in its result; the valid items are committed.',
  })
  async registerProcesses(
    @Ctx() ctx: Context,
    @Arg('input', () => RegisterProcessesInput, { description: 'The processes and their links.' }) { processes }: RegisterProcessesInput,
  ): Promise<{ results: RegistrationOutcome[] }> {
    checkLength(processes, 'processes', maxItems);
    return { results: await registerEach((work) => ctx.write(work), processes) };
  }

  @Mutation(() => UnlinkProcessPayload, {
    description:
      'Unlinks sources, objects or attributes from a process. With the last link at a child level, an undeclared link at its parent level is removed.',
  })
  unlinkProcess(
    @Ctx() ctx: Context,
    @Arg('input', () => UnlinkProcessInput, { description: 'The process, and the data that it no longer reads or writes.' })
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
