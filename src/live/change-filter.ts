import { type GraphQLSchema, isInterfaceType } from 'graphql';
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

/** Which changes a subscriber wants. */
export interface ChangeFilter {
  kinds: ReadonlySet<string>;
  states?: ReadonlySet<string>;
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
  schema: GraphQLSchema,
  args: ChangesArgs,
  cursor: string | null | undefined,
  now: Snapshot,
): Promise<{ filter: ChangeFilter; after: Place | undefined }> {
  const { kinds, process, group, location, states, fields } = args;
  refuseEmpty(kinds, 'kinds');
  refuseEmpty(states, 'states');
  refuseEmpty(fields, 'fields');
  checkKinds(schema, kinds);
  const filter: ChangeFilter = { kinds: new Set(kinds) };
  const after = typeof cursor === 'string' ? decodePlace(cursor, now, 'after') : undefined;
  if (fields) filter.fields = new Set(fields);
  if (states) filter.states = await checkedStates(db, states);
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

function checkKinds(schema: GraphQLSchema, kinds: readonly string[]): void {
  const node = schema.getType('Node');
  const known = isInterfaceType(node)
    ? schema
        .getPossibleTypes(node)
        .map(({ name }) => name)
        .sort()
    : [];
  const strange = kinds.findIndex((kind) => !known.includes(kind));
  if (strange >= 0)
    throw invalid(`There is no type ${JSON.stringify(kinds[strange])} whose changes could be told.`, {
      argument: `kinds.${strange}`,
      value: kinds[strange],
      allowed: known,
    });
}

async function checkedStates(db: Database, states: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db.query<{ name: string }>(
    `select process_status_name as name from process_status_lkup
     union
     select extract_status_name from extract_status_lkup
     order by name`,
  );
  const known = rows.map(({ name }) => name);
  const strange = states.findIndex((state) => !known.includes(state));
  if (strange >= 0)
    throw invalid(`There is no state ${JSON.stringify(states[strange])}.`, {
      argument: `states.${strange}`,
      value: states[strange],
      allowed: known,
    });
  return new Set(states);
}

async function checkedRoot(db: Database, id: string): Promise<Root> {
  const numbers = await resolveRoots(db, [id], () => 'upstreamOf');
  const kind = rootKinds.find((_, i) => numbers[i]!.length)!;
  return { kind, id: numbers[rootKinds.indexOf(kind)]![0]! };
}

/** Whether an event has to be looked at more closely: what can be told without the links of its subject. */
export function mayMatch({ kinds, states, fields }: ChangeFilter, event: FeedEvent): boolean {
  return (
    kinds.has(event.subjectKind) &&
    (!fields || fields.has(event.fieldName)) &&
    (!states || (event.fieldName === 'status' && states.has(event.toValue ?? '')))
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

/** Whether other things may be upstream since this event, or files of them. */
export const changesLineage = ({ isLink, subjectKind }: FeedEvent): boolean =>
  isLink && (rootKinds as readonly string[]).includes(subjectKind);

function isUpstream({ processes, sources, objects, locations }: Upstream, event: FeedEvent, links: SubjectLinks): boolean {
  if (event.subjectKind === 'Source') return sources.has(Number(event.subjectId));
  if (event.subjectKind === 'SourceObject') return objects.has(Number(event.subjectId));
  return links.processes.some((each) => processes.has(each)) || (links.location !== null && locations.has(links.location));
}
