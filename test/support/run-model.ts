/** The rules of runs in memory, in the words of their specification: what a store must hold and answer after each step (runs-model.test.ts). */

export interface ModelRun {
  process: ModelProcess;
  number: number;
  /** Its place among all runs, in the order in which they were made. */
  place: number;
  status: string;
  endReason: string | null;
  startedAt: number;
  /** From here its time limit counts: it may have been taken up again. */
  takenUpAt: number;
  endedAt: number | null;
  leaseSeconds: number | null;
  leaseUntil: number | null;
  group: string | null;
  latest: boolean;
  inserts: number;
  updates: number;
  records: number;
  errors: number;
  /** When the errors occurred that were reported; all have the same type and text. */
  errorTimes: Set<number>;
  /** Whether Waybill made it: other clients' runs have no fencing token. */
  ours: boolean;
  key?: { name: string; input: string };
  /** Its changes of status: from, to, by what way, why. */
  events: (string | null)[][];
}
export interface ModelProcess {
  name: string;
  failureLimit: number | null;
  timeLimit: number | null;
  lease: number | null;
  parents: { process: ModelProcess; hard: boolean }[];
  children: { process: ModelProcess; hard: boolean }[];
  runs: ModelRun[];
  total: number;
}
export interface Report {
  status?: string | null;
  token: 'live' | 'none' | 'old';
  reason?: string | null;
  endedAt?: number | null;
  inserts?: number | null;
  updates?: number | null;
  records?: number | null;
  errors?: number;
  byPerson?: boolean;
  mustMove?: boolean;
  endReason?: string;
  leaseSeconds?: number | null;
}
type Verdict = 'written' | 'done' | [code: string, argument: string];

const ending = ['completed', 'failed', 'skipped', 'unknown'];
const system = ['running', 'on hold', ...ending];
export const known = [...system, 'waiting for files', 'checking'];
const isCustom = (status: string) => !system.includes(status);
const isOpen = (run: ModelRun) => run.status === 'running' || (isCustom(run.status) && run.endedAt === null);
export const stateOf = ({ status, endReason }: ModelRun): string =>
  status === 'failed' && endReason ? endReason.toUpperCase() : isCustom(status) ? 'CUSTOM' : status.toUpperCase().replace(' ', '_');
/** What a failed parent skipped is no word of the process itself. */
const latestOf = ({ runs }: ModelProcess) => runs.findLast(({ endReason }) => endReason !== 'parent failed');

export class RunModel {
  readonly groups = new Map<string, { closed: boolean }>();
  constructor(
    readonly processes: ModelProcess[],
    public now: number,
  ) {}

  #made = 0;
  #stuck = ({ process, leaseUntil, takenUpAt }: ModelRun) =>
    leaseUntil !== null && (leaseUntil <= this.now || (process.timeLimit !== null && takenUpAt + process.timeLimit <= this.now));

  judge(process: ModelProcess, group: string | null) {
    const latest = latestOf(process);
    const going = process.runs.find(({ status }) => status === 'running') ?? (latest && isOpen(latest) ? latest : undefined);
    const facts = {
      outcome: '',
      run: undefined as ModelRun | undefined,
      abandoned: undefined as ModelRun | undefined,
      stale: undefined as ModelRun | undefined,
    };
    const limit = process.failureLimit ?? 5;
    const none = { failures: [] as ModelRun[], failureLimit: limit, blockers: [] as string[], warnings: [] as string[] };
    if (going && !this.#stuck(going)) return { ...none, ...facts, outcome: 'ALREADY_RUNNING', run: going };
    if (!going && latest?.status === 'on hold') return { ...none, ...facts, outcome: 'ON_HOLD', run: latest };
    const tried = process.runs
      .filter(
        ({ status, endReason }) =>
          endReason === 'released' || (!['cancelled', 'parent failed'].includes(endReason!) && !['skipped', 'unknown'].includes(status)),
      )
      .slice(-limit || Infinity)
      .reverse();
    const failures = tried.length === limit && limit && tried.every((run) => run.status === 'failed' || run === going) ? tried : [];
    const parents = process.parents
      .toSorted((a, b) => Number(b.hard) - Number(a.hard))
      .map(({ process: parent, hard }) => {
        const inGroup = hard && group !== null;
        const run = inGroup ? parent.runs.findLast((each) => each.group === group && each.endReason !== 'released') : latestOf(parent);
        const unwell = inGroup ? run?.status !== 'completed' : !!run && (['failed', 'on hold'].includes(run.status) || isOpen(run));
        const unsure = !run || ['skipped', 'unknown'].includes(run.status) || isCustom(run.status);
        const text = `${parent.name} ${hard ? 'HARD' : 'SOFT'} ${run ? `${run.number} ${stateOf(run)}` : '-'}`;
        return { text, blocks: hard && unwell, told: unwell || unsure };
      });
    const blockers = parents.filter(({ blocks }) => blocks).map(({ text }) => text);
    const warnings = parents.filter(({ blocks, told }) => told && !blocks).map(({ text }) => text);
    const outcome = failures.length ? 'ON_HOLD' : blockers.length ? 'BLOCKED' : 'STARTED';
    // A start that is held back by parents ends nothing.
    const abandoned = outcome === 'BLOCKED' ? undefined : going;
    return { ...facts, outcome, abandoned, stale: going, failures, failureLimit: limit, blockers, warnings };
  }

  start(process: ModelProcess, input: { lease: number | null; group: string | null; key: string | null }) {
    const said = JSON.stringify([input.lease, input.group]);
    const known = input.key === null ? undefined : process.runs.find(({ key }) => key?.name === input.key);
    if (known && known.key!.input !== said) return ['CONFLICT', 'input.idempotencyKey'];
    if (known)
      return { outcome: 'REPLAYED', run: known, abandoned: undefined, failures: [], failureLimit: null, blockers: [], warnings: [] };
    if (input.group !== null && this.groups.get(input.group)?.closed) return ['CONFLICT', 'input.group.key'];
    const facts = this.judge(process, input.group);
    if (['ALREADY_RUNNING', 'BLOCKED'].includes(facts.outcome) || facts.run) return facts;
    if (input.group !== null && !this.groups.has(input.group)) this.groups.set(input.group, { closed: false });
    if (facts.abandoned) this.#abandon([facts.abandoned], 'api');
    const hold = facts.outcome === 'ON_HOLD';
    facts.run = this.#add(
      process,
      hold ? 'on hold' : 'running',
      'api',
      hold ? `It failed ${facts.failureLimit} consecutive times.` : null,
      {
        group: input.group,
      },
    );
    if (!hold) {
      facts.run.leaseSeconds = input.lease ?? process.lease;
      if (facts.run.leaseSeconds) facts.run.leaseUntil = this.now + facts.run.leaseSeconds;
      if (input.key !== null) facts.run.key = { name: input.key, input: said };
    }
    return facts;
  }

  #add(process: ModelProcess, status: string, origin: string, reason: string | null, more: Partial<ModelRun> = {}): ModelRun {
    const skipped = more.endReason === 'parent failed';
    const latest = !skipped || !process.runs.length;
    if (latest) for (const run of process.runs) run.latest = false;
    const run: ModelRun = {
      ...{
        process,
        number: process.runs.length + 1,
        place: this.#made++,
        status,
        startedAt: this.now,
        takenUpAt: this.now,
        latest,
        ours: !skipped,
        events: [[null, status, origin, reason]],
      },
      ...{
        endReason: null,
        endedAt: null,
        leaseSeconds: null,
        leaseUntil: null,
        group: null,
        inserts: 0,
        updates: 0,
        records: 0,
        errors: 0,
        errorTimes: new Set(),
      },
      ...more,
    };
    process.runs.push(run);
    return run;
  }

  #move(run: ModelRun, to: string, origin: string, reason: string | null) {
    if (run.status !== to) run.events.push([run.status, to, origin, reason]);
    run.status = to;
  }

  #abandon(runs: ModelRun[], origin: string) {
    for (const run of runs) {
      this.#move(run, 'failed', origin, 'No heartbeat of its lease owner came in time.');
      Object.assign(run, { endReason: 'abandoned', endedAt: this.now, leaseUntil: null, errors: run.errors + 1, ours: true });
    }
    for (const run of runs.toSorted((a, b) => a.place - b.place)) this.#skip(run, origin);
  }

  /** Inside a group nothing waits for what failed: each hard descendant without a run there is skipped, but for one on hold. */
  #skip(cause: ModelRun, origin: string) {
    if (cause.group === null) return;
    const below = new Set<ModelProcess>();
    const walk = (process: ModelProcess) =>
      process.children.forEach(({ process: child, hard }) => hard && !below.has(child) && (below.add(child), walk(child)));
    walk(cause.process);
    for (const process of below)
      if (process.runs.at(-1)?.status !== 'on hold' && !process.runs.some(({ group }) => group === cause.group))
        this.#add(process, 'skipped', origin, `${cause.process.name} failed in the group ${cause.group}.`, {
          ...{ endReason: 'parent failed', endedAt: this.now, group: cause.group },
        });
  }

  #refusal(run: ModelRun, { status: to, token, reason, byPerson, mustMove, endedAt, errors }: Report): Verdict | undefined {
    if (to && !known.includes(to)) return ['INVALID', 'status'];
    if (token === 'old') return ['CONFLICT', 'fencingToken'];
    if ((token === 'none' || !run.ours) && run.leaseUntil !== null && isOpen(run) && !byPerson) return ['CONFLICT', 'fencingToken'];
    if (!to) return undefined;
    // The run failed by this very error already.
    if (errors && to === 'failed' && run.status === 'failed' && run.errorTimes.has(endedAt ?? run.endedAt!)) return 'done';
    if (to === run.status && !mustMove) return isOpen(run) ? undefined : 'done';
    if (!isOpen(run) || (mustMove && to === run.status)) {
      const hold = run.status === 'on hold';
      const taken = hold
        ? to !== 'running' && to !== 'failed' && to !== 'on hold'
        : to === 'running' && run.status !== 'skipped' && !isOpen(run);
      const found = run.status === 'unknown' && (to === 'completed' || to === 'failed');
      if (!taken && !found) return ['CONFLICT', 'status'];
      if (taken && !reason) return ['INVALID', 'reason'];
    }
    if (typeof endedAt === 'number' && endedAt < run.startedAt) return ['INVALID', 'endedAt'];
    if (to === 'running' && isOpen(run) && mustMove) return ['CONFLICT', 'run'];
    if (to === 'running' && !isOpen(run) && latestOf(run.process) !== run) return ['CONFLICT', 'run'];
    return undefined;
  }

  report(run: ModelRun, report: Report): Verdict {
    const { status: to, endedAt, inserts, updates, records, reason = null } = report;
    const ends = !!to && (ending.includes(to) || report.endReason === 'released');
    if (typeof endedAt === 'number' && !ends) return ['INVALID', 'endedAt'];
    const refusal = this.#refusal(run, report);
    // An act of an operator that is repeated changes nothing.
    const isRepeated = report.mustMove && (report.endReason === 'cancelled' || report.endReason === 'abandoned');
    if (isRepeated && refusal?.[1] === 'status' && run.status === 'failed' && run.endReason === report.endReason) return 'done';
    if (refusal) return refusal;
    const facts = () =>
      JSON.stringify([run.status, run.endedAt, run.endReason, run.leaseSeconds, run.inserts, run.updates, run.records, run.errors]);
    const known = facts();
    const wasOpen = isOpen(run);
    const wasHold = run.status === 'on hold';
    const sum = run.inserts + run.updates;
    const before = run.records;
    run.inserts = inserts ?? run.inserts;
    run.updates = updates ?? run.updates;
    if (typeof records === 'number') run.records = records;
    else if ((typeof inserts === 'number' || typeof updates === 'number') && before === sum) run.records = run.inserts + run.updates;
    run.process.total += run.records - before;
    if (report.errors && !run.errorTimes.has(endedAt ?? NaN)) {
      run.errors += report.errors;
      run.errorTimes.add(endedAt ?? this.now);
    }
    const reopens = to === 'running' && !wasOpen;
    const late = wasOpen && !ends && !report.byPerson && run.leaseUntil !== null && run.leaseUntil <= this.now;
    if (late || (to === 'running' && run.status !== 'running')) run.takenUpAt = this.now;
    run.leaseSeconds = report.leaseSeconds ?? (reopens ? null : run.leaseSeconds);
    if (ends) run.leaseUntil = null;
    else if (wasOpen || reopens) run.leaseUntil = run.leaseSeconds && this.now + run.leaseSeconds;
    // It is taken from whoever held it, by a new token.
    if (report.byPerson && report.endReason !== 'released') run.ours = true;
    if (to) this.#move(run, to, 'api', reason);
    if (ends) Object.assign(run, { endedAt: endedAt ?? this.now, endReason: report.endReason ?? (wasHold ? 'released' : null) });
    else if (to === 'running') Object.assign(run, { endedAt: null, endReason: null });
    if (to === 'failed') this.#skip(run, 'api');
    // A heartbeat renews the lease, and changes nothing that it states.
    return facts() === known ? 'done' : 'written';
  }

  hold(process: ModelProcess, reason: string): Verdict {
    const { outcome, run, stale } = this.judge(process, null);
    if (outcome === 'ALREADY_RUNNING') return ['CONFLICT', 'process'];
    if (run) return 'done';
    if (stale) this.#abandon([stale], 'api');
    this.#add(process, 'on hold', 'api', reason);
    return 'written';
  }

  release(process: ModelProcess, to: string, reason: string): Verdict {
    const hold = latestOf(process);
    if (hold?.endReason === 'released' && hold.status === to) return 'done';
    if (hold?.status !== 'on hold') return ['CONFLICT', 'process'];
    const verdict = this.report(hold, { status: to, token: 'none', reason, byPerson: true, mustMove: true, endReason: 'released' });
    return Array.isArray(verdict) ? ['INVALID', 'to'] : verdict;
  }

  sweep(): void {
    this.#abandon(
      this.processes.flatMap(({ runs }) => runs.filter((run) => isOpen(run) && this.#stuck(run))),
      'sweeper',
    );
  }

  /** As ProcessTracker's Python client does it: it goes by the run with the highest number, knows no groups and no leases. */
  pythonStart(process: ModelProcess): boolean {
    const last = process.runs.at(-1);
    if (last && ['running', 'on hold'].includes(last.status)) return false;
    if (process.runs.some(({ status }) => status === 'running')) return false; // The database refuses it.
    this.#add(process, 'running', 'sql', null, { ours: false });
    return true;
  }

  pythonEnd(process: ModelProcess, to: string): void {
    const run = process.runs.findLast(({ status }) => status === 'running');
    if (!run) return;
    this.#move(run, to, 'sql', null);
    run.endedAt = this.now;
  }
}
