import { Field, InputType } from 'type-graphql';
import { LinkInput } from '../../platform/entity/links.js';
import { BigIntText, DateTime } from '../../platform/entity/scalars.js';
import { Name } from '../../platform/entity/text.js';
import { ProcessRef } from '../../process/process-ref.input.js';
import { RunErrorInput } from '../report/report-run.input.js';
import { RunEndReason } from '../run-enums.js';
import { RunParameterInput, StartInGroupInput } from '../start/start-run.input.js';

@InputType({ description: 'Run that has ended, with its times, its status and its results.' })
export class RecordRunInput {
  @Field(() => ProcessRef, { description: 'The process. It must exist.' }) process!: ProcessRef;
  @Field(() => Name, {
    nullable: true,
    description:
      'Id of the run in the system that ran it, unique in the process. It makes the request safe to repeat: the same run again changes nothing; with other values it is a CONFLICT. Without one, a repetition records another run.',
  })
  externalId?: string | null;
  @Field(() => DateTime, { description: 'Time of the start, not in the future.' }) startedAt!: string;
  @Field(() => DateTime, { description: 'Time of the end, not before the start and at most one minute in the future.' }) endedAt!: string;
  @Field(() => Name, { description: 'Status with which it ended: completed, failed, skipped or unknown.' }) status!: string;
  @Field(() => RunEndReason, {
    nullable: true,
    description: 'For a failed run: CANCELLED, which does not count as a failure, or ABANDONED. Default: none.',
  })
  endReason?: RunEndReason | null;
  @Field(() => BigIntText, {
    nullable: true,
    description: 'Number of records handled, from 0; the total of the process grows by it. Default: inserts and updates together.',
  })
  recordCount?: string | null;
  @Field(() => BigIntText, { nullable: true, description: 'Number of records inserted, from 0.' }) insertCount?: string | null;
  @Field(() => BigIntText, { nullable: true, description: 'Number of records updated, from 0.' }) updateCount?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Low watermark of its data.' }) lowWatermark?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'High watermark of its data.' }) highWatermark?: string | null;
  @Field(() => [RunErrorInput], { nullable: true, description: 'Errors of the run. They do not change the status.' }) errors?:
    RunErrorInput[] | null;
  @Field(() => [RunParameterInput], { nullable: true, description: 'Parameters of the run.' }) parameters?: RunParameterInput[] | null;
  @Field(() => StartInGroupInput, {
    nullable: true,
    description: 'Run group of the run, which may be closed. A failed run that is recorded skips no other process there.',
  })
  group?: StartInGroupInput | null;
  @Field(() => [LinkInput], { nullable: true, description: 'Links of the run to pages elsewhere, such as its log.' }) links?:
    LinkInput[] | null;
}

@InputType({ description: 'Runs that have ended.' })
export class RecordRunsInput {
  @Field(() => [RecordRunInput], { description: 'The runs, 1 to 10000, in any order.' }) runs!: RecordRunInput[];
}
