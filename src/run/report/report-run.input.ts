import { Field, InputType, Int } from 'type-graphql';
import { LinkInput } from '../../platform/entity/links.js';
import { BigIntText, DateTime } from '../../platform/entity/scalars.js';
import { LongText, Name } from '../../platform/entity/text.js';
import { maxLeaseSeconds } from '../../process/run-settings.js';
import { RunRef } from '../run-ref.input.js';
import { RunParameterInput } from '../start/start-run.input.js';

@InputType({ description: 'Error of a run.' })
export class RunErrorInput {
  @Field(() => Name, { description: 'Type of the error, one of `errorTypes`.' }) type!: string;
  @Field(() => LongText, { nullable: true, description: 'Error message. Passwords and keys in it are masked.' })
  description?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Time of the error. Default: `endedAt` of the report, else now.' })
  occurredAt?: string | null;
  @Field(() => Boolean, { defaultValue: false, description: 'Whether a missing type is created.' }) createType!: boolean;
}

@InputType({ description: 'The run, and the right to write it.' })
class HeldRunInput {
  @Field(() => RunRef, { description: 'The run.' }) run!: RunRef;
  @Field(() => BigIntText, {
    nullable: true,
    description: 'Fencing token that its start answered. Required for a run with a lease; a stale token is a CONFLICT.',
  })
  fencingToken?: string | null;
  @Field(() => Int, { nullable: true, description: 'The `rowVersion` that the caller has read; another one is a CONFLICT.' })
  rowVersion?: number | null;
  @Field(() => LongText, { nullable: true, description: 'Reason, kept in the history.' }) reason?: string | null;
  @Field(() => [LinkInput], { nullable: true, description: 'Links to add; one with a known label gets the new address.' }) links?:
    LinkInput[] | null;
}

@InputType({ description: 'Report on a run. Omitted fields keep their values; each report is a heartbeat.' })
export class ReportRunInput extends HeldRunInput {
  @Field(() => Name, {
    nullable: true,
    description:
      'New status: completed, failed, on hold, skipped, unknown, running, or a custom one. A custom one (`processStatuses`) does not end the run. A status that it has already changes nothing.',
  })
  status?: string | null;
  @Field(() => Boolean, { defaultValue: false, description: 'Whether a missing status is created.' }) createStatus!: boolean;
  @Field(() => DateTime, { nullable: true, description: 'Time of the end, with a status that ends the run. Default: now.' })
  endedAt?: string | null;
  @Field(() => BigIntText, {
    nullable: true,
    description:
      'Number of records handled so far, from 0; the total of the process grows by the difference. Default: inserts and updates together.',
  })
  recordCount?: string | null;
  @Field(() => BigIntText, { nullable: true, description: 'Number of records inserted so far, from 0.' }) insertCount?: string | null;
  @Field(() => BigIntText, { nullable: true, description: 'Number of records updated so far, from 0.' }) updateCount?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Low watermark of its data; the lowest one reported is kept.' }) lowWatermark?:
    string | null;
  @Field(() => DateTime, { nullable: true, description: 'High watermark of its data; the highest one reported is kept.' }) highWatermark?:
    string | null;
  @Field(() => [RunErrorInput], { nullable: true, description: 'Errors to add. They do not change the status.' }) errors?:
    RunErrorInput[] | null;
  @Field(() => [RunParameterInput], { nullable: true, description: 'Parameters to set.' }) parameters?: RunParameterInput[] | null;
  @Field(() => Int, {
    nullable: true,
    description: `New lease in seconds, 1 to ${maxLeaseSeconds}. Omit to keep it.`,
  })
  leaseSeconds?: number | null;
}

@InputType({ description: 'Several independent reports.' })
export class ReportRunsInput {
  @Field(() => [ReportRunInput], { description: 'The reports, 1 to 10000. Several of one run are written in the order given.' })
  reports!: ReportRunInput[];
}

@InputType({ description: 'Error of a run, and whether the run fails.' })
export class RaiseRunErrorInput extends HeldRunInput {
  @Field(() => Name, { description: 'Type of the error, one of `errorTypes`.' }) type!: string;
  @Field(() => Boolean, { defaultValue: false, description: 'Whether a missing type is created.' }) createType!: boolean;
  @Field(() => LongText, { nullable: true, description: 'Error message. Passwords and keys in it are masked.' })
  description?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Time of the error. Default: now.' }) occurredAt?: string | null;
  @Field(() => Boolean, { defaultValue: false, description: 'Whether the run fails at the same time.' }) failRun!: boolean;
}
