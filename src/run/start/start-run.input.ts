import { Field, InputType, Int } from 'type-graphql';
import { ActorRef } from '../../actor/actor-refs.js';
import type { NamedRef } from '../../platform/read/references.js';
import { LongText, Name } from '../../platform/entity/text.js';
import { RegisterProcessInput } from '../../process/register-process.input.js';
import { maxLeaseSeconds } from '../../process/run-settings.js';
import { RunRef } from '../run-ref.input.js';

@InputType({ description: 'A parameter of a run.' })
export class RunParameterInput {
  @Field(() => Name, { description: 'Its name, once a run.' }) name!: string;
  @Field(() => LongText, { nullable: true, description: 'Its value.' }) value?: string | null;
}

@InputType({ description: 'The run group that a run belongs to; made where it is new.' })
export class StartInGroupInput {
  @Field(() => Name, { description: 'What the group is told by: a date, a batch number.' }) key!: string;
  @Field(() => Name, { nullable: true, description: 'What people call it. Left out, it stays.' }) name?: string | null;
  @Field(() => Int, { nullable: true, description: 'How many runs it will have, from 0. Left out, it stays.' }) expectedTotal?:
    number | null;
}

@InputType({ description: 'Which process starts a run, and what is to be known of the run.' })
export class StartRunInput {
  @Field(() => RegisterProcessInput, {
    description:
      'The process. A known one needs its name alone; whatever else is given is registered as by registerProcess, in the same transaction. A new one needs its type and tool.',
  })
  process!: RegisterProcessInput;
  @Field(() => ActorRef, {
    nullable: true,
    description: 'The actor that starts it, created if missing when identified by name. Default: the caller.',
  })
  actor?: NamedRef | null;
  @Field(() => Name, { nullable: true, description: 'Name of the run, unique among all runs.' }) runName?: string | null;
  @Field(() => Name, {
    nullable: true,
    description:
      'Lets the start be repeated when its answer was lost: unique among the runs of the process. A start that is refused does not use it up.',
  })
  idempotencyKey?: string | null;
  @Field(() => Int, {
    nullable: true,
    description: `Seconds for which the run is held without being heard of: 1 to ${maxLeaseSeconds}. Each report prolongs it; when it is over, the run may be taken from its holder. Left out: as the process says, else no lease.`,
  })
  leaseSeconds?: number | null;
  @Field(() => StartInGroupInput, {
    nullable: true,
    description: 'The run group it belongs to: there it waits until the runs of its hard parents in that group are completed.',
  })
  group?: StartInGroupInput | null;
  @Field(() => RunRef, { nullable: true, description: 'The run that it is a part of.' }) parentRun?: RunRef | null;
  @Field(() => [RunParameterInput], { nullable: true, description: 'What the run is told to do.' }) parameters?: RunParameterInput[] | null;
}
