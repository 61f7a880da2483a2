import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, Info, InputType, Int, Mutation, ObjectType, registerEnumType, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { ItemError, itemError } from '../../platform/write/item-error.js';
import { checkLength } from '../../platform/lists.js';
import { referenceField } from '../../platform/read/fields.js';
import type { Row } from '../../platform/entity/node.js';
import { SourceObjectAttribute } from '../../source/source-object-attribute.entity.js';
import { recordOf } from '../../platform/record-queues.js';
import { Process } from '../process.entity.js';
import { RegisterProcessInput } from '../register-process.input.js';
import {
  registerEach,
  registerProcesses,
  type DifferingType,
  type RegisteredProcess,
  type RegistrationOutcome,
} from '../register-processes.js';
import { UnlinkProcessInput } from '../links/unlink-process.input.js';
import { unlinkProcess } from '../links/unlink-process.js';

const maxItems = 2000;

enum RegistrationWarningCode {
  DATA_TYPE_KEPT = 'DATA_TYPE_KEPT',
}
registerEnumType(RegistrationWarningCode, {
  name: 'RegistrationWarningCode',
  description: 'What a registration warns of.',
  valuesConfig: {
    DATA_TYPE_KEPT: { description: 'An attribute is known with another data type, which stays.' },
  },
});

@ObjectType({
  description:
    'Data type of an attribute that differs from the known one, which stays. A process that writes the attribute outranks one that reads it; who declared the type may change it; a type that a person set stays.',
})
class RegistrationWarning {
  /** The numbers of the records, which are read by them. */
  attributeId!: number;
  keptProcessId!: number | null;
  @Field(() => RegistrationWarningCode, { description: 'Kind of the warning.' }) code!: RegistrationWarningCode;
  @Field(() => String, { description: 'The warning as a sentence. Names both processes.' }) message!: string;
  @Field(() => String, { description: 'The data type of this registration.' }) declared!: string;
  @Field(() => String, { description: 'The data type that stays.' }) kept!: string;
}

@ObjectType({ description: 'Result of `registerProcess`.' })
class RegisterProcessPayload {
  @Field(() => Process, { description: 'The process after the change.' }) process!: Row<Process>;
  @Field(() => Boolean, { description: 'Whether this registration created the process.' }) created!: boolean;
  @Field(() => [RegistrationWarning], { description: 'Data types that differ from the known ones, which stay.' })
  warnings!: RegistrationWarning[];
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
  @Field(() => [RegistrationWarning], { description: 'Data types that differ from the known ones, which stay; empty with an error.' })
  warnings!: RegistrationWarning[];
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

/** Whose type stays, for a sentence. */
const whose = ({ keptBy, origin }: DifferingType): string => {
  if (origin === 'person') return 'set by `updateSourceObjectAttribute` or `createSourceObjectAttribute`';
  return keptBy === null
    ? 'of which no process is known'
    : `declared by the process ${JSON.stringify(keptBy)}, which ${origin}s the attribute`;
};
const warningsOf = ({ differing }: RegisteredProcess): RegistrationWarning[] =>
  differing.map((each) => ({
    ...each,
    code: RegistrationWarningCode.DATA_TYPE_KEPT,
    message: `The process ${JSON.stringify(each.by)} declares the data type ${JSON.stringify(each.declared)}; the known type ${JSON.stringify(each.kept)} stays, ${whose(each)}.`,
  }));

/** The payloads hold the number of the process; this reads the rest of it. */
@Resolver(() => RegisterProcessPayload)
class RegisterProcessPayloadResolver {
  @FieldResolver()
  process(@Root() root: { id: number }, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<Process> | null> {
    return ctx.load(Process, root.id, info);
  }
  @FieldResolver()
  warnings(@Root() root: RegisteredProcess): RegistrationWarning[] {
    return warningsOf(root);
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
  warnings(@Root() root: RegistrationOutcome): RegistrationWarning[] {
    return 'error' in root ? [] : warningsOf(root);
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
  referenceField(RegistrationWarning, 'attribute', 'attributeId', SourceObjectAttribute, 'The attribute.', false),
  referenceField(
    RegistrationWarning,
    'keptProcess',
    'keptProcessId',
    Process,
    'The process that declared the type that stays; null if a person set it, or if it is not known.',
  ),
];
