import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime } from '../../platform/entity/scalars.js';
import { runIsOpenSql, type RunState } from '../run-state.js';

export enum RunGroupState {
  OPEN = 'OPEN',
  RUNNING = 'RUNNING',
  SUCCEEDED = 'SUCCEEDED',
  PARTIAL = 'PARTIAL',
  FAILED = 'FAILED',
  CANCELLED = 'CANCELLED',
}
registerEnumType(RunGroupState, {
  name: 'RunGroupState',
  description:
    'State of a run group as a whole. It ends when it is closed, or when as many processes as its `expectedTotal` have ended there. Until it is closed, a further run turns it RUNNING again.',
  valuesConfig: {
    OPEN: { description: 'Not ended, and without a run.' },
    RUNNING: { description: 'Not ended, or with a running member.' },
    SUCCEEDED: { description: 'Ended, and all members completed, as many as expected.' },
    PARTIAL: {
      description: 'Ended; some members completed, but not all, or fewer than expected. A skipped member did not complete.',
    },
    FAILED: { description: 'Ended, and no member completed.' },
    CANCELLED: { description: 'Ended, and all members were cancelled.' },
  },
});

/** SQL of the state of the run group whose row is `alias`. */
export const groupStateSql = (alias = 't'): string =>
  `process_tracker.run_group_state(${alias}.run_group_id, ${alias}.expected_total, ${alias}.closed_at is not null)`;

const countOf = {
  RUNNING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  ABANDONED: 'abandoned',
  CANCELLED: 'cancelled',
  ON_HOLD: 'onHold',
  SKIPPED: 'skipped',
  UNKNOWN: 'unknown',
  CUSTOM: 'custom',
} as const satisfies Record<RunState, keyof RunProgress>;

@ObjectType({
  description:
    'Progress of the runs of a group or below a parent run. In a group a process counts once, by its latest run there, without released holds; below a parent run each run counts.',
})
export class RunProgress {
  @Field(() => Int, { description: 'Number of members that are running.' }) running!: number;
  @Field(() => Int, { description: 'Number of members that completed.' }) completed!: number;
  @Field(() => Int, { description: 'Number of members that failed, without abandoned and cancelled ones.' }) failed!: number;
  @Field(() => Int, { description: 'Number of members that were abandoned.' }) abandoned!: number;
  @Field(() => Int, { description: 'Number of members that an operator cancelled.' }) cancelled!: number;
  @Field(() => Int, { description: 'Number of members that are on hold.' }) onHold!: number;
  @Field(() => Int, { description: 'Number of members that were skipped.' }) skipped!: number;
  @Field(() => Int, { description: 'Number of members with an unknown end.' }) unknown!: number;
  @Field(() => Int, { description: 'Number of members with a custom status, ended or not.' }) custom!: number;
  @Field(() => Int, {
    description: 'Number of members that need attention: failed, abandoned, cancelled, on hold, skipped, or with an unknown end.',
  })
  unsuccessful!: number;
  @Field(() => Int, { description: 'Number of members.' }) total!: number;
  @Field(() => Int, { nullable: true, description: 'Expected number of members; null if not specified.' }) expected!: number | null;
  @Field(() => Int, { description: 'Number of members that have ended in any state; a hold has not.' }) finished!: number;
  @Field(() => Float, {
    nullable: true,
    description:
      'Finished members in percent of the expected ones, or of all members if none are expected or there are more. Null without members.',
  })
  percentFinished!: number | null;
  @Field(() => Boolean, { description: 'Whether there are more members than expected.' }) moreThanExpected!: boolean;
  @Field(() => DateTime, {
    nullable: true,
    description: 'Start of the first run, repeated attempts included; null if none has started. Holds and skipped runs never start.',
  })
  firstStartedAt!: string | null;
  @Field(() => DateTime, {
    nullable: true,
    description: 'End of the last run that has ended, repeated attempts included; null if none has. Others may be running.',
  })
  lastEndedAt!: string | null;
  @Field(() => RunGroupState, { description: 'State of the members as a whole.' }) state!: RunGroupState;
}

/** Members of a group in one state, as the store counts them. The state is null for a group without members. */
export interface ProgressRow {
  __key: number;
  expected: number | null;
  /** State of the whole group. */
  whole: RunGroupState;
  state: RunState | null;
  open: boolean;
  members: number;
  firstStartedAt: string | null;
  lastEndedAt: string | null;
}

/**
 * SQL of the rows above. `owners` answers `key`, `expected` and `closed`, `members` the columns of runs with their `key`, and whether each
 * counts. Runs are counted by what is stored first, so that a state is worked out once for all that share it.
 */
const progressSql = (owners: string, members: string) => `
  select s.key as "__key", s.expected, s.state, s.open, s.members,
    process_tracker.instant_text(s.first_started_at) as "firstStartedAt",
    process_tracker.instant_text(s.last_ended_at) as "lastEndedAt",
    process_tracker.members_state(s.closed, s.expected, (sum(s.members) over w)::bigint,
      (coalesce(sum(s.members) filter (where s.open) over w, 0))::bigint,
      (coalesce(sum(s.members) filter (where s.state = 'ON_HOLD') over w, 0))::bigint,
      (coalesce(sum(s.members) filter (where s.state = 'COMPLETED') over w, 0))::bigint,
      (coalesce(sum(s.members) filter (where s.state = 'CANCELLED') over w, 0))::bigint) as whole
  from (
    select g.key, g.expected, g.closed, process_tracker.run_state(x.process_status_id, x.end_reason) as state,
      coalesce(x.endless and process_tracker.run_is_open(x.process_status_id, null), false) as open,
      coalesce(x.members, 0) as members, x.first_started_at, x.last_ended_at
    from (${owners}) g
    left join (
      select m.key, m.process_status_id, m.end_reason, m.ended_at is null as endless,
        count(*) filter (where m.counts)::int as members,
        min(m.started_at) as first_started_at, max(m.ended_at) as last_ended_at
      from (${members}) m
      group by 1, 2, 3, 4
    ) x on x.key = g.key
  ) s
  window w as (partition by s.key)`;

/** Progress of groups. A process that was tried again counts by its latest run; starts and ends are those of all runs. */
export const groupProgress = progressSql(
  `select run_group_id as key, expected_total as expected, closed_at is not null as closed
   from run_group
   where run_group_id = any($1::int[])`,
  `select group_id as key, status as process_status_id, end_reason, null::timestamptz as started_at, ended_at,
     true as counts
   from process_tracker.group_members($1::int[])
   union all
   select group_id, process_status_id, end_reason, started_at, ended_at, false
   from process_tracking
   where group_id = any($1::int[])`,
);

/** Progress of the children of runs, which are closed when the run has ended. */
export const childProgress = progressSql(
  `select process_tracking_id as key, null::int as expected, not ${runIsOpenSql('t')} as closed
   from process_tracking t
   where process_tracking_id = any($1::int[])`,
  `select parent_run_id as key, process_status_id, end_reason, started_at, ended_at, true as counts
   from process_tracking
   where parent_run_id = any($1::int[])`,
);

/** Adds up the rows of one group, which has one at least. */
export function progressOf(rows: readonly ProgressRow[]): RunProgress {
  const { expected, whole: state } = rows[0]!;
  const counts = { running: 0, completed: 0, failed: 0, abandoned: 0, cancelled: 0, onHold: 0, skipped: 0, unknown: 0, custom: 0 };
  let total = 0;
  let open = 0;
  const started: string[] = [];
  const ended: string[] = [];
  for (const row of rows) {
    if (!row.state) continue;
    const count = countOf[row.state];
    counts[count] += row.members;
    total += row.members;
    if (row.open) open += row.members;
    if (row.state === 'ON_HOLD' || row.state === 'SKIPPED') continue;
    if (row.firstStartedAt) started.push(row.firstStartedAt);
    if (row.lastEndedAt) ended.push(row.lastEndedAt);
  }
  const finished = total - open - counts.onHold;
  const whole = Math.max(total, expected ?? 0);
  const progress = Object.assign(counts, {
    unsuccessful: counts.failed + counts.abandoned + counts.cancelled + counts.onHold + counts.skipped + counts.unknown,
    total,
    expected,
    finished,
    percentFinished: whole ? (100 * finished) / whole : null,
    moreThanExpected: expected !== null && total > expected,
    firstStartedAt: started.sort()[0] ?? null,
    lastEndedAt: ended.sort().at(-1) ?? null,
  });
  return Object.assign(progress, { state });
}
