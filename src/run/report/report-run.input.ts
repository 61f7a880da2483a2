import { Field, InputType, Int } from 'type-graphql';
import { BigIntText, DateTime } from '../../platform/entity/scalars.js';
import { LongText, Name } from '../../platform/entity/text.js';
import { maxLeaseSeconds } from '../../process/run-settings.js';
import { RunRef } from '../run-ref.input.js';
import { RunParameterInput } from '../start/start-run.input.js';

@InputType({ description: 'An error of a run.' })
export class RunErrorInput {
  @Field(() => Name, { description: 'Its kind: one of `errorTypes`.' }) type!: string;
  @Field(() => LongText, { nullable: true, description: 'What went wrong. What looks like a password or a key in it is masked.' })
  description?: string | null;
  @Field(() => DateTime, { nullable: true, description: "When it happened; with the report's end, else now, where nothing is said." })
  occurredAt?: string | null;
  @Field(() => Boolean, { defaultValue: false, description: 'Whether a kind that is not known is made.' }) createType!: boolean;
}

@InputType({ description: 'Which run, and by what right it is written.' })
class HeldRunInput {
  @Field(() => RunRef, { description: 'The run.' }) run!: RunRef;
  @Field(() => BigIntText, {
    nullable: true,
    description: 'The token that its start answered. Needed for a run with a lease; where it is given, it must be the live one.',
  })
  fencingToken?: string | null;
  @Field(() => Int, { nullable: true, description: 'The `rowVersion` that the caller has seen: anything else is a CONFLICT.' })
  rowVersion?: number | null;
  @Field(() => LongText, { nullable: true, description: 'Why: kept in the history.' }) reason?: string | null;
}

@InputType({ description: 'What is to be said of a run. What is left out stays as it is; each report is a heartbeat.' })
export class ReportRunInput extends HeldRunInput {
  @Field(() => Name, {
    nullable: true,
    description:
      'Its status from now on: completed, failed, on hold, skipped, unknown or running, or one of your own (`processStatuses`), which does not end it. Ended as it is already: answered as done.',
  })
  status?: string | null;
  @Field(() => Boolean, { defaultValue: false, description: 'Whether a status that is not known is made.' }) createStatus!: boolean;
  @Field(() => DateTime, { nullable: true, description: 'When it ended, with a status that ends it; now, where nothing is said.' })
  endedAt?: string | null;
  @Field(() => BigIntText, {
    nullable: true,
    description:
      "Records that it handled so far, from 0; the process's total grows by the difference. Left out: inserts and updates together.",
  })
  recordCount?: string | null;
  @Field(() => BigIntText, { nullable: true, description: 'Records that it inserted so far, from 0.' }) insertCount?: string | null;
  @Field(() => BigIntText, { nullable: true, description: 'Records that it updated so far, from 0.' }) updateCount?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'A low date of its data; the lowest one is kept.' }) lowWatermark?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'A high date of its data; the highest one is kept.' }) highWatermark?:
    string | null;
  @Field(() => [RunErrorInput], { nullable: true, description: 'Errors to add. They alone do not make it fail.' }) errors?:
    RunErrorInput[] | null;
  @Field(() => [RunParameterInput], { nullable: true, description: 'Parameters to set.' }) parameters?: RunParameterInput[] | null;
  @Field(() => Int, {
    nullable: true,
    description: `Seconds of lease from now on: 1 to ${maxLeaseSeconds}. Left out: as before.`,
  })
  leaseSeconds?: number | null;
}

@InputType({ description: 'Several reports, each for itself.' })
export class ReportRunsInput {
  @Field(() => [ReportRunInput], { description: 'The reports: 1 to 10000. Several of one run are written in the order given.' })
  reports!: ReportRunInput[];
}

@InputType({ description: 'An error of a run, and whether the run fails by it.' })
export class RaiseRunErrorInput extends HeldRunInput {
  @Field(() => Name, { description: 'Its kind: one of `errorTypes`.' }) type!: string;
  @Field(() => Boolean, { defaultValue: false, description: 'Whether a kind that is not known is made.' }) createType!: boolean;
  @Field(() => LongText, { nullable: true, description: 'What went wrong. What looks like a password or a key in it is masked.' })
  description?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'When it happened; now, where nothing is said.' }) occurredAt?: string | null;
  @Field(() => Boolean, { defaultValue: false, description: 'Whether the run fails, at the same instant.' }) failRun!: boolean;
}
