import { below, numbersOf, resolveRefs } from '../../platform/read/references.js';
import type { Tx } from '../../platform/database.js';
import { conflict, DomainError } from '../../platform/errors.js';
import { lookupId } from '../../platform/write/record-changes.js';
import { DependencyType } from '../../process/dependency-type.entity.js';
import { closedCycles, type Link } from '../../platform/find-cycles.js';
import type { FileRef } from '../file-ref.input.js';
import { fileRefs } from '../file-refs.js';

export interface FileDependencyRequest {
  parent: FileRef;
  child: FileRef;
}

/** Result of one request. */
export interface FileDependencyChange {
  parentId: number | null;
  childId: number | null;
  /** Whether this call changed it: false where it was so already, and with an error. */
  changed: boolean;
  error: DomainError | null;
  /** Numbers of the files that it would have closed to a cycle: each depends on the next, the last is the first again. */
  cycle: number[] | null;
}

/** Finds the files of each request. */
async function located(tx: Tx, requests: readonly FileDependencyRequest[]): Promise<FileDependencyChange[]> {
  const refs = requests.flatMap(({ parent, child }) => [parent, child]);
  const at = (i: number, of?: string) => below(i % 2 ? 'child' : 'parent')(of);
  const found = numbersOf(await resolveRefs(tx, fileRefs, refs, { at }));
  const number = (each: number | DomainError | undefined) => (typeof each === 'number' ? each : null);
  return requests.map((_, i) => {
    const [parent, child] = found.slice(2 * i, 2 * i + 2);
    const error = [parent, child].find((each) => each instanceof DomainError) ?? null;
    return { parentId: number(parent), childId: number(child), changed: !error, error, cycle: null };
  });
}

const keyOf = ({ child, parent }: Link) => `${child} ${parent}`;
const linkOf = ({ childId, parentId }: FileDependencyChange): Link => ({ child: childId!, parent: parentId! });
const columns = (links: readonly Link[]) => [links.map(({ child }) => child), links.map(({ parent }) => parent)];

/**
 * Adds dependencies between files, in a fixed number of statements. An invalid one has its error in its result; the valid ones are committed. Of
 * several that together close a cycle, those that come first are added.
 */
export async function addFileDependencies(
  tx: Tx,
  requests: readonly FileDependencyRequest[],
  type: string,
): Promise<FileDependencyChange[]> {
  const typeId = await lookupId(tx, DependencyType, type, true, 'input.type');
  const changes = await located(tx, requests);
  const standing = await tx.query<Link & { typeId: number }>(
    'select child, parent, "typeId" from process_tracker.standing_extract_dependencies($1, $2)',
    columns(changes.filter(({ error }) => !error).map(linkOf)),
  );
  const known = new Map(standing.map((link) => [keyOf(link), link.typeId]));
  const coming: FileDependencyChange[] = [];
  for (const change of changes) {
    if (change.error) continue;
    const key = keyOf(linkOf(change));
    if (change.parentId === change.childId) change.cycle = [change.childId!, change.childId!];
    else if (known.get(key) === typeId) change.changed = false;
    else if (!known.has(key)) coming.push(change);
  }
  for (const [i, cycle] of closedCycles(standing, coming.map(linkOf)).entries()) coming[i]!.cycle = cycle;
  const made = new Set<string>();
  for (const change of coming) {
    if (change.cycle) continue;
    // The second time in one request.
    change.changed = !made.has(keyOf(linkOf(change)));
    made.add(keyOf(linkOf(change)));
  }
  const wanted = changes.filter(({ changed, cycle }) => changed && !cycle).map(linkOf);
  if (wanted.length)
    await tx.query(
      `insert into extract_dependency as d (child_extract_id, parent_extract_id, dependency_type_id)
       select distinct child, parent, $3::int
       from unnest($1::int[], $2::int[]) n(child, parent)
       order by 1, 2
       on conflict (parent_extract_id, child_extract_id) do update
         set dependency_type_id = excluded.dependency_type_id
         where d.dependency_type_id is distinct from excluded.dependency_type_id`,
      [...columns(wanted), typeId],
    );
  await nameCycles(tx, changes);
  return changes;
}

/** Gives each cycle its error, with the names of its files. */
async function nameCycles(tx: Tx, changes: readonly FileDependencyChange[]): Promise<void> {
  const cycles = changes.filter(({ cycle }) => cycle !== null);
  if (!cycles.length) return;
  const rows = await tx.query<{ id: number; name: string }>(
    'select extract_id as id, extract_filename as name from extract_tracking where extract_id = any($1::int[])',
    [[...new Set(cycles.flatMap(({ cycle }) => cycle!))]],
  );
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  for (const change of cycles) {
    const cycle = change.cycle!.map((id) => names.get(id)!);
    change.changed = false;
    change.error = conflict(`A file must not depend on itself, directly or through others: ${cycle.join(' depends on ')}.`, {
      argument: 'parent',
      value: cycle[1],
      cycle,
    });
  }
}

/** Removes dependencies, whatever their type. One that does not exist is not an error. */
export async function removeFileDependencies(tx: Tx, requests: readonly FileDependencyRequest[]): Promise<FileDependencyChange[]> {
  const changes = await located(tx, requests);
  const removed = await tx.query<Link>(
    `delete from extract_dependency d
     using unnest($1::int[], $2::int[]) n(child, parent)
     where d.child_extract_id = n.child and d.parent_extract_id = n.parent
     returning d.child_extract_id as child, d.parent_extract_id as parent`,
    columns(changes.filter(({ error }) => !error).map(linkOf)),
  );
  const gone = new Set(removed.map(keyOf));
  // The second time in one request it is gone already.
  for (const change of changes) if (!change.error) change.changed = gone.delete(keyOf(linkOf(change)));
  return changes;
}
