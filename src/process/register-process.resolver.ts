import { Arg, Ctx, Field, Info, Mutation, ObjectType, Resolver, FieldResolver, Root } from 'type-graphql';
import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../platform/context.js';
import type { Row } from '../platform/node.js';
import { Process } from './process.entity.js';
import { RegisterProcessInput } from './register-process.input.js';
import { registerProcesses, type RegisteredProcess } from './register-processes.js';

@ObjectType({ description: 'What became of a registration.' })
class RegisterProcessPayload {
  @Field(() => Process, { description: 'The process as it is now.' }) process!: unknown;
  @Field(() => Boolean, { description: 'Whether this registration made it; false where it was known.' }) created!: boolean;
}

@Resolver(() => RegisterProcessPayload)
export class RegisterProcessResolver {
  @Mutation(() => RegisterProcessPayload, {
    description:
      'Registers a process with the sources, objects and attributes that it reads and writes, its contacts and dependencies, in one transaction. Doing it again changes nothing.',
  })
  async registerProcess(
    @Ctx() ctx: Context,
    @Arg('input', () => RegisterProcessInput, { description: 'The process and what it names.' }) input: RegisterProcessInput,
  ): Promise<RegisteredProcess> {
    const [registered] = await ctx.write((tx) => registerProcesses(tx, [input]));
    return registered!;
  }

  @FieldResolver()
  process(@Root() root: RegisteredProcess & Row, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row | null> {
    return ctx.load(Process, root.id, info);
  }
}
