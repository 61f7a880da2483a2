import type { Tx } from '../../platform/database.js';
import { invalid } from '../../platform/errors.js';
import { refuseEmpty } from '../../platform/lists.js';
import { below, resolveRef } from '../../platform/read/references.js';
import { processRefs } from '../process-naming.js';
import type { UnlinkProcessInput, UnlinkSourceInput } from './unlink-process.input.js';

interface Ref {
  side: 'sources' | 'targets';
  source: string;
  object?: string;
  attribute?: string;
}

function refsOf(side: Ref['side'], list: readonly UnlinkSourceInput[] | null | undefined): Ref[] {
  refuseEmpty(list, `input.${side}`);
  return (list ?? []).flatMap(({ name: source, objects }, s): Ref[] => {
    refuseEmpty(objects, `input.${side}.${s}.objects`);
    return objects
      ? objects.flatMap(({ name: object, attributes }, o): Ref[] => {
          refuseEmpty(attributes, `input.${side}.${s}.objects.${o}.attributes`);
          return attributes ? attributes.map((attribute) => ({ side, source, object, attribute })) : [{ side, source, object }];
        })
      : [{ side, source }];
  });
}

/**
 * Takes links from a process (unlink-process.sql). Links that are not there are no error.
 * @throws NOT_FOUND for a process, source, object or attribute that does not exist; INVALID if nothing is named
 */
export async function unlinkProcess(tx: Tx, input: UnlinkProcessInput): Promise<{ id: number; removed: number }> {
  const refs = [...refsOf('sources', input.sources), ...refsOf('targets', input.targets)];
  if (!refs.length)
    throw invalid('input must have sources, targets, or both.', {
      argument: 'input.sources',
      value: null,
      allowed: 'at least one source',
    });
  const { id } = await resolveRef(tx, processRefs, input.process, { at: below('input.process'), lock: 'update' });
  const sql = 'select process_tracker.unlink_process($1, $2::jsonb, $3) as removed';
  const [row] = await tx.query<{ removed: number }>(sql, [id, JSON.stringify(refs), input.keepCoarser ?? false]);
  return { id, removed: row!.removed };
}
