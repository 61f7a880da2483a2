import type { Database } from '../platform/database.js';
import { conflict } from '../platform/errors.js';

/** The kinds that a walk may start from, in the order of `walk_lineage`. */
export const rootKinds = ['Process', 'Source', 'SourceObject'] as const;

export interface Root {
  kind: (typeof rootKinds)[number];
  id: number;
}

/** All that lies upstream of something, by kind. */
export interface Upstream {
  processes: ReadonlySet<number>;
  sources: ReadonlySet<number>;
  objects: ReadonlySet<number>;
  /** Where upstream sources and objects have their files. */
  locations: ReadonlySet<number>;
}

const walkMs = 5000;
const noLimit = 2_147_483_647;
/** Stands in the number of a source that a walk met among objects. */
const signBit = 0x8000_0000;

/** What lies upstream, without the root itself. @throws CONFLICT where it is too much to be found in time */
export async function upstreamOf(db: Database, { kind, id }: Root): Promise<Upstream> {
  const roots = rootKinds.map((each) => (each === kind ? [id] : []));
  const levels = await db.query<{ distance: number | null; processes: number[]; data: number[] }>(
    `select distance, processes, data from process_tracker.walk_lineage($1, $2, $3, false, true, false, ${noLimit}, ${noLimit}, ${walkMs}, null, null, null)`,
    roots,
  );
  const processes = new Set<number>();
  const sources = new Set<number>();
  const objects = new Set<number>();
  for (const level of levels) {
    if (level.distance === null)
      throw conflict('What lies upstream of it is too much to be found in time. Take something that is nearer to its origins.', {
        argument: 'upstreamOf',
      });
    if (level.distance === 0) continue;
    for (const each of level.processes) processes.add(each);
    for (const each of level.data)
      if (each < 0) sources.add(each & ~signBit);
      else objects.add(each);
  }
  const locations = await db.query<{ id: number }>(
    `select location_id as id from source_location where source_id = any ($1::int[])
     union select location_id from source_object_location where source_object_id = any ($2::int[])`,
    [[...sources], [...objects]],
  );
  return { processes, sources, objects, locations: new Set(locations.map((row) => row.id)) };
}
