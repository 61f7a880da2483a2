import { actorRefs } from '../../actor/actor-refs.js';
import { below, missingOr, resolveRef, type NamedRef } from '../../platform/read/references.js';
import type { Context } from '../../platform/read/context.js';
import { Undo, type Queries, type Tx } from '../../platform/database.js';
import { conflict, DomainError, invalid, notFound, type ErrorDetails } from '../../platform/errors.js';
import { keptLinks } from '../../platform/entity/links.js';
import { idInSql } from '../../platform/read/naming.js';
import { said } from '../../platform/write/reports.js';
import { given } from '../../platform/checks.js';
import { recordOf } from '../../platform/record-queues.js';
import { processNaming } from '../../process/process-naming.js';
import { registerProcesses } from '../../process/register-processes.js';
import { runSettings, within } from '../../process/run-settings.js';
import type { RunGroupRef } from '../group-ref.input.js';
import { wantedGroup } from '../group-refs.js';
import { runRefs } from '../run-refs.js';
import type { RunParameterInput, StartRunInput } from './start-run.input.js';
import { codeOf, textAt } from '../../platform/text-at.js';

/** A parent of a process, as a start sees it. */
export interface ParentState {
  process: number;
  kind: string;
  run: number | null;
  state: string | null;
}

/** What judge-start.sql and start-run.sql answer; runs and processes by their numbers. */
export interface StartAnswer {
  outcome: 'STARTED' | 'ALREADY_RUNNING' | 'BLOCKED' | 'ON_HOLD' | 'REPLAYED';
  process: number;
  run?: number;
  /** The run's fencing token, with STARTED and REPLAYED alone: no other client has a use for it. */
  token?: string;
  abandons?: number;
  failures?: number[];
  failureLimit?: number;
  blockers?: ParentState[];
  warnings?: ParentState[];
}

/** @throws INVALID for a name given twice */
export function checkParameters(parameters: readonly RunParameterInput[] | null | undefined, argument: string): void {
  const names = new Set<string>();
  parameters?.forEach(({ name }, i) => {
    if (names.has(name))
      throw invalid(`The parameter ${JSON.stringify(name)} is specified twice.`, {
        argument: `${argument}.${i}.name`,
        value: name,
        allowed: 'each name once',
      });
    names.add(name);
  });
}

/** @throws INVALID for what is out of range or missing, whatever the store holds */
function check(input: StartRunInput, caller: string): void {
  if (given(input.leaseSeconds)) runSettings.leaseSeconds.check(input.leaseSeconds, 'input.leaseSeconds');
  if (input.group && given(input.group.expectedTotal)) within(0, 2_147_483_647)(input.group.expectedTotal, 'input.group.expectedTotal');
  checkParameters(input.parameters, 'input.parameters');
  if (!input.actor && caller === 'anonymous')
    throw invalid('A start needs an actor: by `actor`, by the header `Waybill-Actor`, or by an API key.', {
      argument: 'input.actor',
      value: null,
      allowed: 'an ActorRef',
    });
}

/** The name of the actor; one that is identified by name is created if missing. @throws INVALID or NOT_FOUND */
async function actorOf(db: Queries, ref: NamedRef | null | undefined): Promise<string | undefined> {
  if (!ref) return undefined;
  const at = below('input.actor');
  actorRefs.wanted(ref, at);
  return ref.name ?? (await resolveRef(db, actorRefs, ref, { at, read: ['name'] })).name ?? undefined;
}

/** An error of a registration, whether it was found here or raised by the store, with its argument where a start has it. */
function belowProcess(error: unknown): unknown {
  const moved = (details: ErrorDetails): ErrorDetails =>
    details.argument ? { ...details, argument: `input.process.${details.argument}`.replace(/\.input\b/, '') } : details;
  if (error instanceof DomainError) return new DomainError(error.code, error.message, moved(error.details));
  const detail = textAt(error, 'detail');
  if (typeof error === 'object' && error && codeOf(error)?.startsWith('WB') && detail)
    Object.assign(error, { detail: JSON.stringify(moved(JSON.parse(detail))) });
  return error;
}

/** The number of the process that a start names; undefined if it is not known and only its name was given. Registers its other facts. */
async function processOf(tx: Tx, process: StartRunInput['process']): Promise<number | undefined> {
  const { name: _name, mode: _mode, ...facts } = process;
  if (!Object.values(facts).some(given)) return undefined;
  const [registered] = await registerProcesses(tx, [process]).catch((error: unknown) => {
    throw belowProcess(error);
  });
  for (const needed of ['type', 'tool'] as const)
    if (registered!.created && !process[needed])
      throw invalid(`There is no Process ${JSON.stringify(process.name)} yet: to create it, specify its \`${needed}\`.`, {
        argument: `input.process.${needed}`,
        value: null,
        allowed: 'a name',
      });
  return registered!.id;
}

/**
 * Starts a run of a process, if it may, as one transaction with the registration of what it names. A refused start leaves nothing behind.
 * @throws INVALID, NOT_FOUND or CONFLICT for what is wrong with the request; what a caller has to branch on is the answer's outcome
 */
export async function startRun(ctx: Context, input: StartRunInput): Promise<StartAnswer> {
  check(input, ctx.actor);
  const links = keptLinks(input.links, 'input.links');
  const { process, idempotencyKey: key, runName: name, leaseSeconds, group, parentRun, parameters } = input;
  const actor = await actorOf(ctx.db, input.actor);
  // The fields that a repetition must have in common.
  const { process: _process, idempotencyKey: _key, ...rest } = input;
  const keyInput = {
    ...said({ ...rest, actor, links }),
    ...Object.fromEntries(Object.entries(said(process)).map(([field, value]) => [`process.${field}`, value])),
  };
  return ctx.write(
    async (tx) => {
      const parent = parentRun && (await resolveRef(tx, runRefs, parentRun, { at: below('input.parentRun'), unchecked: true }));
      const known = await processOf(tx, process);
      const start = said({
        process: known,
        processName: process.name,
        actor: actor ?? ctx.actor,
        name,
        ...(key ? { key, keyInput } : {}),
        leaseSeconds,
        group: group && said(group),
        parentRun: parent?.id,
        parameters,
        links,
      });
      // With a registration or a group there is something to be undone where the start is refused.
      const send = known === undefined && !group ? tx.last : tx.query;
      // Null below a field means the same as an omitted one, also to a repetition.
      const [row] = await send<{ answer: StartAnswer & { wrote: boolean } }>(
        known === undefined
          ? `select process_tracker.start_process_run(
               jsonb_strip_nulls($1::jsonb)
               || jsonb_build_object('process', ${idInSql(processNaming, '$2')})) as answer`
          : 'select process_tracker.start_process_run(jsonb_strip_nulls($1::jsonb)) as answer',
        known === undefined ? [JSON.stringify(start), process.name] : [JSON.stringify(start)],
      ).catch(missingOr(runRefs, parentRun, below('input.parentRun')));
      const { wrote, ...answer } = row!.answer;
      return wrote ? answer : new Undo(answer);
    },
    null,
    [recordOf('Process', { name: process.name })],
  );
}

/** What a start would answer now; it writes nothing. A group that a key names need not exist. @throws NOT_FOUND or CONFLICT */
export async function canStart(db: Queries, process: number, group: RunGroupRef | null | undefined): Promise<StartAnswer> {
  const { id = null, key = null } = group ? wantedGroup(group, below('group')) : {};
  const [row] = await db.query<StartRow>(
    // A group that does not exist yet has no runs.
    `select
       process_tracker.judge_start(
         $1::int, case when $2::text is not null or $3::int is not null then coalesce(g.run_group_id, 0) end) as answer,
       g.group_key as key, process_tracker.instant_text(g.closed_at) as "closedAt", p.process_name as name,
       process_tracker.instant_text(p.retired_at) as "retiredAt"
     from process p
     left join run_group g on g.group_key = $2 or g.run_group_id = $3
     where p.process_id = $1`,
    [process, key, id],
  );
  if (!row) throw notFound('There is no Process with this id.', { argument: 'process' });
  const { answer, closedAt, name, retiredAt } = row;
  if (id !== null && row.key === null) {
    const by = group?.id ? 'id' : 'databaseId';
    throw notFound(`There is no RunGroup with this ${by}.`, { argument: `group.${by}`, value: group?.[by] });
  }
  if (retiredAt)
    throw conflict(`The Process ${JSON.stringify(name)} has been retired since ${retiredAt.slice(0, 10)}: restore it first.`, {
      argument: 'process',
      value: name,
      kind: 'Process',
      retiredAt,
    });
  if (closedAt) throw conflict(`The run group ${JSON.stringify(row.key)} is closed.`, { argument: 'group', value: row.key, closedAt });
  return { ...answer, process };
}

interface StartRow {
  answer: StartAnswer;
  /** Of the group, if it exists. */
  key: string | null;
  closedAt: string | null;
  name: string;
  retiredAt: string | null;
}
