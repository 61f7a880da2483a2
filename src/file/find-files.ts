import { shownRef } from '../location/find-location.js';
import { describePath } from '../location/location-path.js';
import type { Queries } from '../platform/database.js';
import { DomainError, invalid, notFound } from '../platform/errors.js';
import { idOf } from '../platform/entity/ids.js';
import { attempt, given } from '../platform/write/reports.js';
import type { ExtractRefInput } from './file-ref.input.js';

/** What a reference says, as the statement takes it. @throws INVALID */
function wantedOf(ref: ExtractRefInput, argument: string) {
  const ways = (['id', 'trackingId', 'location', 'path'] as const).filter((each) => given(ref[each]));
  const [by] = ways;
  if (ways.length !== 1 || (by === 'location' || by === 'path') !== given(ref.fileName))
    throw invalid('Say which Extract: by id, by trackingId, or by fileName with location or path.', {
      argument,
      value: shownRef(ref),
      allowed: 'id, trackingId, location and fileName, or path and fileName',
    });
  return {
    id: ref.id ? idOf(ref.id, 'Extract', `${argument}.id`) : ref.trackingId,
    location: ref.location,
    path: ref.path ? describePath(ref.path, `${argument}.path`).path : undefined,
    fileName: ref.fileName,
  };
}

/** The numbers of files, or what is wrong with each reference, in one statement. `argument` names the place of each. */
export async function findExtracts(
  db: Queries,
  refs: readonly ExtractRefInput[],
  argument: (i: number) => string,
): Promise<(number | DomainError)[]> {
  const wanted = refs.map((ref, i) => attempt(() => wantedOf(ref, argument(i))));
  const asked = wanted.flatMap((each, i) => (each instanceof DomainError ? [] : [{ i, ...each }]));
  const found = new Map<number, { id: number | null; locationId: number | null }>();
  if (asked.length) {
    const rows = await db.query<{ i: number; id: number | null; locationId: number | null }>(
      'select i, id, "locationId" from process_tracker.find_extracts($1::jsonb)',
      [JSON.stringify(asked)],
    );
    for (const row of rows) found.set(row.i, row);
  }
  return wanted.map((each, i) => {
    if (each instanceof DomainError) return each;
    const { id, locationId } = found.get(i)!;
    if (id !== null) return id;
    const ref = shownRef(refs[i]!);
    const place = ref.path ? 'path' : 'location';
    if (!given(ref.fileName)) {
      const by = ref.id ? 'id' : 'trackingId';
      return notFound('There is no such Extract.', { argument: `${argument(i)}.${by}`, value: ref[by] });
    }
    if (locationId === null)
      return notFound(`There is no Location ${JSON.stringify(ref[place])}.`, { argument: `${argument(i)}.${place}`, value: ref[place] });
    return notFound(`There is no Extract ${JSON.stringify(ref.fileName)} in the Location ${JSON.stringify(ref[place])}.`, {
      argument: `${argument(i)}.fileName`,
      value: ref.fileName,
    });
  });
}
