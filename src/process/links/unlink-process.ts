import type { Tx } from '../../platform/database.js';
import { invalid, orThrow } from '../../platform/errors.js';
import { refuseEmpty } from '../../platform/lists.js';
import { below, resolveRef, resolveRefs, type NamedRef, type RefKind } from '../../platform/read/references.js';
import { attributeRefs, objectRefs, sourceRefs } from '../../source/source-naming.js';
import { processRefs } from '../process-naming.js';
import type { UnlinkProcessInput, UnlinkSourceInput } from './unlink-process.input.js';

/** A source, an object of it or an attribute of that, by name. */
interface Ref {
  side: 'sources' | 'targets';
  /** The names from the outside in, with the paths of their arguments. */
  names: readonly (readonly [name: string, path: string])[];
}

const levels: readonly { level: 'source' | 'object' | 'attribute'; kind: RefKind<NamedRef> }[] = [
  { level: 'source', kind: sourceRefs },
  { level: 'object', kind: objectRefs },
  { level: 'attribute', kind: attributeRefs },
];

function refsOf(side: Ref['side'], list: readonly UnlinkSourceInput[] | null | undefined): Ref[] {
  refuseEmpty(list, `input.${side}`);
  return (list ?? []).flatMap(({ name, objects }, s) => {
    const path = `input.${side}.${s}`;
    refuseEmpty(objects, `${path}.objects`);
    const source = [name, `${path}.name`] as const;
    if (!objects) return { side, names: [source] };
    return objects.flatMap(({ name: ofObject, attributes }, o): Ref | Ref[] => {
      const below = `${path}.objects.${o}`;
      refuseEmpty(attributes, `${below}.attributes`);
      const object = [ofObject, `${below}.name`] as const;
      if (!attributes) return { side, names: [source, object] };
      return attributes.map((attribute, a): Ref => ({ side, names: [source, object, [attribute, `${below}.attributes.${a}`]] }));
    });
  });
}

/** Rows as unlink-process.sql takes them. @throws NOT_FOUND, naming the argument */
async function resolved(tx: Tx, refs: readonly Ref[]): Promise<object[]> {
  const rows: object[] = [];
  for (const [depth, { level, kind }] of levels.entries()) {
    const asked = refs.filter(({ names }) => names.length === depth + 1);
    if (!asked.length) continue;
    const found = await resolveRefs(
      tx,
      kind,
      asked.map(({ names }) => Object.fromEntries(names.map(([name], n) => [n === depth ? 'name' : levels[n]!.level, name]))),
      {
        at: (i, argument) => asked[i]!.names[levels.findIndex(({ level: each }) => each === argument)]?.[1] ?? asked[i]!.names[depth]![1],
      },
    );
    rows.push(...found.map((each, i) => ({ side: asked[i]!.side, [level]: orThrow(each).id })));
  }
  return rows;
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
  const [row] = await tx.query<{ removed: number }>(sql, [id, JSON.stringify(await resolved(tx, refs)), input.keepCoarser ?? false]);
  return { id, removed: row!.removed };
}
