import { inEach, numbersOf, resolveRefs, type RowLock } from '../../platform/read/references.js';
import type { Tx } from '../../platform/database.js';
import { conflict, DomainError, raisedAs } from '../../platform/errors.js';
import { retiredAt } from '../../platform/write/retired-argument.js';
import { DependencyKind } from '../dependency-kind.js';
import { processRefs } from '../process-naming.js';
import type { ProcessRef } from '../process-ref.input.js';
import { cycleErrors, cyclesOf, type LinksAbove } from './refuse-cycles.js';
import { messageOf } from '../../platform/text-at.js';

/** The kinds that put processes into an order, and may close no cycle. */
const ordering: ReadonlySet<DependencyKind> = new Set([DependencyKind.HARD, DependencyKind.SOFT, DependencyKind.CONTROL]);

export enum DependencyOutcome {
  ADDED = 'ADDED',
  KNOWN = 'KNOWN',
  REMOVED = 'REMOVED',
  ABSENT = 'ABSENT',
  REFUSED = 'REFUSED',
}

export interface DependencyRequest {
  parent: ProcessRef;
  child: ProcessRef;
  kind?: DependencyKind | null;
  note?: string | null;
}

/** Result of one request. */
export interface DependencyChange {
  parentId: number | null;
  childId: number | null;
  kind: DependencyKind | null;
  outcome: DependencyOutcome;
  error: DomainError | null;
  /** Numbers of the processes that it would have closed to a cycle: each depends on the next, the last is the first again. */
  cycle: number[] | null;
}

/** A request whose processes are found. */
interface Link {
  change: DependencyChange;
  request: DependencyRequest;
}

/**
 * Finds the processes of each request; one that names none is refused. Children are locked as they will be when they are marked as changed, in the
 * order of their numbers: a weaker lock that grows later would meet those that wait for it in between. Parents stay free for starts.
 */
async function located(tx: Tx, requests: readonly DependencyRequest[]): Promise<DependencyChange[]> {
  const find = async (side: 'parent' | 'child', lock: RowLock) => {
    const refs = requests.map((request) => request[side]);
    return numbersOf(await resolveRefs(tx, processRefs, refs, { at: inEach(side), lock }));
  };
  const children = await find('child', 'no key update');
  const parents = await find('parent', 'key share');
  return requests.map(({ kind }, i) => {
    const [parent, child] = [parents[i], children[i]];
    const error = [parent, child].find((each) => each instanceof DomainError) ?? null;
    const number = (each: number | DomainError | undefined) => (typeof each === 'number' ? each : null);
    const outcome = error ? DependencyOutcome.REFUSED : DependencyOutcome.ABSENT;
    return { parentId: number(parent), childId: number(child), kind: kind ?? null, outcome, error, cycle: null };
  });
}

const columns = (links: readonly DependencyChange[]) => [
  links.map(({ childId }) => childId),
  links.map(({ parentId }) => parentId),
  links.map(({ kind }) => kind),
];

/**
 * Adds links between processes. An invalid one has an error in its result; the valid ones are committed. Of several that together close a cycle,
 * those that come first are made.
 */
export async function addDependencies(tx: Tx, requests: readonly DependencyRequest[]): Promise<DependencyChange[]> {
  const changes = await located(tx, requests);
  const links: Link[] = [];
  for (const [i, change] of changes.entries()) {
    change.kind ??= DependencyKind.HARD;
    if (change.error) continue;
    if (change.parentId === change.childId)
      Object.assign(change, { outcome: DependencyOutcome.REFUSED, cycle: [change.childId, change.childId] });
    else links.push({ change, request: requests[i]! });
  }
  await insert(tx, links);
  await nameCycles(tx, changes);
  return changes;
}

/** Makes links. Those that would close a cycle with what comes before them are refused, and those to what the database refuses. */
async function insert(tx: Tx, links: readonly Link[]): Promise<void> {
  if (!links.length) return;
  const changes = links.map(({ change }) => change);
  await tx.query('savepoint dependencies');
  const sql = 'select added, links from process_tracker.insert_dependencies($1, $2, $3, $4)';
  const made = await tx
    .query<{ added: boolean[]; links: LinksAbove }>(sql, [...columns(changes), links.map(({ request }) => request.note ?? null)])
    .then(([row]) => row!, refusal);
  const refused = made instanceof DomainError ? new Map<string, number[]>() : closedBy(made.links, changes, made.added);
  if (!(made instanceof DomainError) && !refused.size) {
    await tx.query('release savepoint dependencies');
    for (const [i, change] of changes.entries()) change.outcome = made.added[i] ? DependencyOutcome.ADDED : DependencyOutcome.KNOWN;
    return;
  }
  await tx.query('rollback to savepoint dependencies');
  if (refused.size) {
    for (const change of changes) {
      const cycle = refused.get(keyOf(change));
      if (cycle) Object.assign(change, { outcome: DependencyOutcome.REFUSED, cycle });
    }
    await insert(tx, links.filter(({ change }) => !change.cycle)); // prettier-ignore
  } else if (made instanceof DomainError && changes.length === 1) {
    changes[0]!.outcome = DependencyOutcome.REFUSED;
    changes[0]!.error = namingSide(made, links[0]!);
  } else {
    // One of them is refused: each half for itself, until it is alone.
    const middle = Math.ceil(links.length / 2);
    await insert(tx, links.slice(0, middle));
    await insert(tx, links.slice(middle));
  }
}

const keyOf = ({ childId, parentId, kind }: DependencyChange) => `${childId} ${parentId} ${kind}`;

/** The cycles that new links have closed, by the link; one that is given twice is refused twice. */
function closedBy(links: LinksAbove, changes: readonly DependencyChange[], added: readonly boolean[]): Map<string, number[]> {
  const coming = changes.filter(({ kind }, i) => added[i] && kind !== null && ordering.has(kind));
  return new Map(cyclesOf(links).flatMap((cycle, i) => (cycle ? [[keyOf(coming[i]!), cycle] as const] : [])));
}

/** The database refuses a link to what is retired. */
function refusal(error: unknown): DomainError {
  const details = raisedAs(error, 'WB409');
  if (!details) throw error;
  return conflict(messageOf(error), details);
}

/** The database knows which process is retired, but not what the caller calls it. */
function namingSide(error: DomainError, { change, request }: Link): DomainError {
  const side = error.details.databaseId === change.parentId ? 'parent' : 'child';
  const way = processRefs.by(request[side]);
  return retiredAt(error, `${side}.${way}`, Reflect.get(request[side], way));
}

/** Gives each cycle its error, with the names of its processes. */
async function nameCycles(tx: Tx, changes: readonly DependencyChange[]): Promise<void> {
  const closing = changes.filter(({ cycle }) => cycle !== null);
  const errors = await cycleErrors(
    tx,
    closing.map(({ cycle }) => cycle!),
    (names) => ({ argument: 'parent', value: names[1] }),
  );
  for (const [i, change] of closing.entries()) change.error = errors[i]!;
}

/**
 * Takes links away, of one kind or of all. What is not there is no error. What events have reported stays as reported; what was declared of it goes.
 */
export async function removeDependencies(tx: Tx, requests: readonly DependencyRequest[]): Promise<DependencyChange[]> {
  const changes = await located(tx, requests);
  const links = changes.filter(({ error }) => !error);
  if (!links.length) return changes;
  const wanted = (kind: string) =>
    `select from unnest($1::int[], $2::int[], $3::text[]) n(child, parent, kind)
     where child = child_process_id and parent = parent_process_id and (n.kind is null or n.kind = ${kind})`;
  const kindOfDependency = `case when dependency_type_id = (
       select dependency_type_id from dependency_type_lkup where dependency_type_name = 'Soft'
     ) then 'soft' else 'hard' end`;
  const removed = await tx.query<{ child: number; parent: number; kind: DependencyKind }>(
    `with hard as (
       delete from process_dependency
       where exists (${wanted(kindOfDependency)})
       returning child_process_id as child, parent_process_id as parent, ${kindOfDependency} as kind
     ), declared as (
       delete from process_relation r
       where declared_at is not null and last_seen is null and exists (${wanted('r.kind')})
       returning child_process_id, parent_process_id, kind
     ), also_seen as (
       update process_relation r
       set declared_by = null, declared_at = null, note = null
       where declared_at is not null and last_seen is not null and exists (${wanted('r.kind')})
       returning child_process_id, parent_process_id, kind
     )
     select * from hard
     union all
     select * from declared
     union all
     select * from also_seen`,
    columns(links),
  );
  const pairOf = (child: number | null, parent: number | null) => `${child} ${parent}`;
  const gone = Map.groupBy(removed, ({ child, parent }) => pairOf(child, parent));
  // Of several requests for one link the first has removed it.
  for (const link of links) {
    const pair = pairOf(link.childId, link.parentId);
    const left = gone.get(pair)?.filter(({ kind }) => link.kind && kind !== link.kind) ?? [];
    if (left.length < (gone.get(pair)?.length ?? 0)) link.outcome = DependencyOutcome.REMOVED;
    gone.set(pair, left);
  }
  return changes;
}
