import { decodePlace, type FeedEvent, type Place, type Snapshot } from '../history/event-feed.js';
import { resolveRoots } from '../lineage/resolve-roots.js';
import { locationRefs } from '../location/location-naming.js';
import type { Database } from '../platform/database.js';
import { invalid } from '../platform/errors.js';
import { refuseEmpty } from '../platform/lists.js';
import { below, resolveRef } from '../platform/read/references.js';
import { groupRefs } from '../run/group-refs.js';
import { processRefs } from '../process/process-naming.js';
import type { ChangesArgs } from './changes.type.js';
import type { SubjectLinks } from './subject-links.js';
import { rootKinds, upstreamOf, type Root, type Upstream } from './upstream.js';

/** The changes that a subscription selects. */
export interface ChangeFilter {
  kinds: ReadonlySet<string>;
  statuses?: ReadonlySet<string>;
  fields?: ReadonlySet<string>;
  process?: number;
  group?: number;
  location?: number;
  root?: Root;
  upstream?: Upstream;
}

/** Reads the arguments of a subscription. @throws INVALID or NOT_FOUND, naming the argument. */
export async function readFilter(
  db: Database,
  args: ChangesArgs,
  cursor: string | null | undefined,
  now: Snapshot,
): Promise<{ filter: ChangeFilter; after: Place | undefined }> {
  const { kinds, process, group, location, statuses, fields } = args;
  refuseEmpty(kinds, 'kinds');
  refuseEmpty(statuses, 'statuses');
  refuseEmpty(fields, 'fields');
  const filter: ChangeFilter = { kinds: new Set(kinds) };
  const after = typeof cursor === 'string' ? decodePlace(cursor, now, 'after') : undefined;
  if (fields) filter.fields = new Set(fields);
  if (statuses) filter.statuses = await checkedStatuses(db, statuses);
  const found = {
    process: process && (await resolveRef(db, processRefs, process, { at: below('process') })).id,
    group: group && (await resolveRef(db, groupRefs, group, { at: below('group') })).id,
    location: location && (await resolveRef(db, locationRefs, location, { at: below('location') })).id,
  };
  for (const name of ['process', 'group', 'location'] as const) {
    const id = found[name];
    if (id) filter[name] = id;
  }
  if (typeof args.upstreamOf === 'string') {
    filter.root = await checkedRoot(db, args.upstreamOf);
    filter.upstream = await upstreamOf(db, filter.root);
  }
  return { filter, after };
}

async function checkedStatuses(db: Database, statuses: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db.query<{ name: string }>(
    `select process_status_name as name from process_status_lkup
     union
     select extract_status_name from extract_status_lkup
     order by name`,
  );
  const known = rows.map(({ name }) => name);
  const strange = statuses.findIndex((status) => !known.includes(status));
  if (strange >= 0)
    throw invalid(`There is no ProcessStatus or FileStatus ${JSON.stringify(statuses[strange])}.`, {
      argument: `statuses.${strange}`,
      value: statuses[strange],
      allowed: known,
    });
  return new Set(statuses);
}

async function checkedRoot(db: Database, id: string): Promise<Root> {
  const numbers = await resolveRoots(db, [id], () => 'upstreamOf');
  const kind = rootKinds.find((_, i) => numbers[i]!.length)!;
  return { kind, id: numbers[rootKinds.indexOf(kind)]![0]! };
}

/** Whether an event may match, as far as its own values decide; the links of its subject may decide more. */
export function mayMatch({ kinds, statuses, fields }: ChangeFilter, event: FeedEvent): boolean {
  return (
    kinds.has(event.subjectKind) &&
    (!fields || fields.has(event.fieldName)) &&
    (!statuses || (event.fieldName === 'status' && statuses.has(event.toValue ?? '')))
  );
}

export const needsLinks = ({ process, group, location, upstream }: ChangeFilter): boolean => !!(process || group || location || upstream);

export function matchesLinks({ process, group, location, upstream }: ChangeFilter, event: FeedEvent, links: SubjectLinks): boolean {
  return (
    (!process || links.processes.includes(process)) &&
    (!group || links.groups.includes(group)) &&
    (!location || links.location === location) &&
    (!upstream || isUpstream(upstream, event, links))
  );
}

/** Whether other records may be upstream since this event, or files of them. */
export const changesLineage = ({ isLink, subjectKind }: FeedEvent): boolean =>
  isLink && (rootKinds as readonly string[]).includes(subjectKind);

function isUpstream({ processes, sources, objects, locations }: Upstream, event: FeedEvent, links: SubjectLinks): boolean {
  if (event.subjectKind === 'Source') return sources.has(Number(event.subjectId));
  if (event.subjectKind === 'SourceObject') return objects.has(Number(event.subjectId));
  return links.processes.some((each) => processes.has(each)) || (links.location !== null && locations.has(links.location));
}
