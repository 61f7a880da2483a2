import { Field, InputType, Int } from 'type-graphql';
import { ActorRef } from '../../actor/actor-refs.js';
import { LinkInput } from '../../platform/entity/links.js';
import type { NamedRef } from '../../platform/read/references.js';
import { LongText, Name } from '../../platform/entity/text.js';
import { RegisterProcessInput } from '../../process/register-process.input.js';
import { maxLeaseSeconds } from '../../process/run-settings.js';
import { RunRef } from '../run-ref.input.js';

@InputType({ description: 'Parameter of a run.' })
export class RunParameterInput {
  @Field(() => Name, { description: 'Name of the parameter, unique in the run.' }) name!: string;
  @Field(() => LongText, { nullable: true, description: 'Value of the parameter.' }) value?: string | null;
}

@InputType({ description: 'Run group of a run, created if missing.' })
export class StartInGroupInput {
  @Field(() => Name, { description: 'Key of the group, such as a date or a batch number.' }) key!: string;
  @Field(() => Name, { nullable: true, description: 'Display name of the group. Omit to keep it.' }) name?: string | null;
  @Field(() => Int, { nullable: true, description: 'Expected number of processes that run in it, from 0. Omit to keep it.' })
  expectedTotal?: number | null;
}

@InputType({ description: 'The process that starts a run, and facts of the run.' })
export class StartRunInput {
  @Field(() => RegisterProcessInput, {
    description:
      'The process. A known one needs its `name` only; other fields are registered as by `registerProcess`, in the same transaction. A new one needs `type` and `tool`.',
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
    description: 'Key that makes the request safe to repeat, unique among the runs of the process. A refused start does not consume it.',
  })
  idempotencyKey?: string | null;
  @Field(() => Int, {
    nullable: true,
    description: `Lease of the run in seconds, 1 to ${maxLeaseSeconds}. Each report renews it; when it expires, another client may take the run over. Default: the lease of the process, else none.`,
  })
  leaseSeconds?: number | null;
  @Field(() => StartInGroupInput, {
    nullable: true,
    description: 'Run group of the run. There a process is blocked until the runs of its hard parents in the group are completed.',
  })
  group?: StartInGroupInput | null;
  @Field(() => RunRef, { nullable: true, description: 'The run that this run is a part of.' }) parentRun?: RunRef | null;
  @Field(() => [RunParameterInput], { nullable: true, description: 'Parameters of the run.' }) parameters?: RunParameterInput[] | null;
  @Field(() => [LinkInput], { nullable: true, description: 'Links of the run to pages elsewhere, such as its log.' }) links?:
    LinkInput[] | null;
}
