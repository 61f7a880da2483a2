import { LineageDirection, LineageGranularity } from '../lineage/lineage.type.js';
import { kinds, readLevels } from '../lineage/walk-lineage.js';
import type { Database } from '../platform/database.js';
import { conflict } from '../platform/errors.js';
import { timeLimitMs, unlimited } from '../platform/read/traversal.js';

/** The kinds that a traversal may start from. */
export const rootKinds = kinds;

export interface Root {
  kind: (typeof rootKinds)[number];
  id: number;
}

/** All that lies upstream of a record, by kind. */
export interface Upstream {
  processes: ReadonlySet<number>;
  sources: ReadonlySet<number>;
  objects: ReadonlySet<number>;
  /** Where upstream sources and objects have their files. */
  locations: ReadonlySet<number>;
}

const way = { direction: LineageDirection.UPSTREAM, granularity: LineageGranularity.OBJECT };
const limits = { depth: unlimited, maxNodes: unlimited, milliseconds: timeLimitMs };

/** What lies upstream, without the root itself. @throws CONFLICT if the traversal exceeds its time limit */
export async function upstreamOf(db: Database, { kind, id }: Root): Promise<Upstream> {
  const roots = kinds.map((each) => (each === kind ? [id] : []));
  const levels = await readLevels(db, [roots], way, limits);
  if (levels.some(({ distance }) => distance === null))
    throw conflict('The traversal upstream exceeds the time limit. Choose a root with fewer ancestors.', {
      argument: 'upstreamOf',
    });
  const metOf = (each: number) => new Set(levels.flatMap(({ distance, ids }) => (distance === 0 ? [] : ids[each]!)));
  const [processes, sources, objects] = [metOf(0), metOf(1), metOf(2)];
  const locations = await db.query<{ id: number }>(
    `select location_id as id
     from source_location
     where source_id = any ($1::int[])
     union
     select location_id
     from source_object_location
     where source_object_id = any ($2::int[])`,
    [[...sources], [...objects]],
  );
  return { processes, sources, objects, locations: new Set(locations.map((row) => row.id)) };
}
