import type { Tx } from '../../platform/database.js';
import { invalid, orThrow } from '../../platform/errors.js';
import { below, resolveRefs, type NamedRef, type RefKind } from '../../platform/read/references.js';
import { textAt } from '../../platform/text-at.js';
import { goneMeanwhile } from '../../platform/write/written-row.js';
import { attributeRefs } from '../../source/source-naming.js';
import { DependencyKind } from '../dependency-kind.js';
import { processRefs } from '../process-naming.js';
import type { AttributeMappingInput, RegisterProcessInput } from '../register-process.input.js';

export interface AttributeNames {
  source: string;
  object: string;
  name: string;
}

export type NamedMapping = Pick<AttributeMappingInput, 'expression' | 'transformation'> & { from: AttributeNames; to: AttributeNames };

/** A registration whose references are names: it may refer to what it registers itself. */
export interface NamedRequest extends Omit<RegisterProcessInput, 'dependsOn' | 'mappings'> {
  dependsOn?: { parent: string; kind: DependencyKind }[] | null;
  mappings?: NamedMapping[] | null;
}

/** A reference with its path in the request. */
interface Asked<R> {
  ref: R;
  path: string;
}

/** The names that references say; undefined for one that says none. @throws INVALID for one that says too little or too much */
const saidBy = <R extends object>(kind: RefKind<R>, { ref, path }: Asked<R>): object | undefined => {
  const row = kind.wanted(ref, below(path));
  return typeof textAt(row, 'name') === 'string' ? row : undefined;
};

/** The numbers of the records that these references identify. @throws NOT_FOUND, naming the argument */
async function numbersOf<R extends object>(tx: Tx, kind: RefKind<R>, asked: readonly Asked<R>[]): Promise<number[]> {
  const refs = asked.map(({ ref }) => ref);
  const found = await resolveRefs(tx, kind, refs, { at: (i, argument) => below(asked[i]!.path)(argument) });
  return found.map((each) => orThrow(each).id);
}

/** The names of the records that references without names identify, in their order; nothing is asked where there are none. */
async function namesOf<R extends object, N>(
  tx: Tx,
  kind: RefKind<R>,
  all: readonly Asked<R>[],
  read: (ids: readonly number[]) => Promise<(N & { id: number })[]>,
): Promise<Map<Asked<R>, N>> {
  const unnamed = all.filter((each) => !saidBy(kind, each));
  if (!unnamed.length) return new Map();
  const ids = await numbersOf(tx, kind, unnamed);
  const byId = new Map((await read(ids)).map((row) => [row.id, row]));
  return new Map(unnamed.flatMap((each, i) => (byId.has(ids[i]!) ? [[each, byId.get(ids[i]!)!]] : [])));
}

/**
 * An end of a mapping is of an object that a request of the same call registers, or it exists already. Nothing is asked where all are registered here.
 * @throws NOT_FOUND, naming the argument
 */
export async function checkEnds(tx: Tx, requests: readonly RegisterProcessInput[], named: readonly NamedRequest[]): Promise<void> {
  const keyOf = (source: string, object: string) => JSON.stringify([source, object]);
  const registered = new Set(
    requests
      .flatMap(({ sources, targets }) => [...(sources ?? []), ...(targets ?? [])])
      .flatMap(({ name: source, objects }) => (objects ?? []).map(({ name: object }) => keyOf(source, object))),
  );
  const others = named.flatMap(({ mappings }, i) =>
    (mappings ?? []).flatMap((mapping, m) =>
      (['from', 'to'] as const).flatMap((end) => {
        const { source, object } = mapping[end];
        const asked = { ref: requests[i]!.mappings![m]![end], path: `input.mappings.${m}.${end}` };
        // One that is identified by its number was found before.
        return registered.has(keyOf(source, object)) || !saidBy(attributeRefs, asked) ? [] : [asked];
      }),
    ),
  );
  if (others.length) await numbersOf(tx, attributeRefs, others);
}

/** The requests with names in place of their references. @throws INVALID or NOT_FOUND, naming the argument */
export async function withNames(tx: Tx, requests: readonly RegisterProcessInput[]): Promise<NamedRequest[]> {
  const asked = requests.map(({ dependsOn, mappings }) => ({
    parents: dependsOn?.map(({ process: ref }, i) => ({ ref, path: `input.dependsOn.${i}.process` })),
    ends: mappings?.map(({ from, to }, i) => ({
      from: { ref: from, path: `input.mappings.${i}.from` },
      to: { ref: to, path: `input.mappings.${i}.to` },
    })),
  }));
  const parentNames = await namesOf(
    tx,
    processRefs,
    asked.flatMap(({ parents }) => parents ?? []),
    (ids) =>
      tx.query<{ id: number; name: string }>(
        'select process_id as id, process_name as name from process where process_id = any($1::int[])',
        [ids],
      ),
  );
  const endNames = await namesOf(
    tx,
    attributeRefs,
    asked.flatMap(({ ends }) => ends?.flatMap(({ from, to }) => [from, to]) ?? []),
    (ids) =>
      tx.query<AttributeNames & { id: number }>(
        `select a.source_object_attribute_id as id, s.source_name as source, o.source_object_name as object,
           a.source_object_attribute_name as name
         from source_object_attribute_lkup a
         join source_object_lkup o on o.source_object_id = a.source_object_id
         join source_lkup s on s.source_id = o.source_id
         where a.source_object_attribute_id = any($1::int[]) and o.source_object_name is not null`,
        [ids],
      ),
  );
  const attributeOf = (end: Asked<NamedRef>): AttributeNames => {
    const names = saidBy(attributeRefs, end) ?? endNames.get(end);
    const [source, object, name] = ['source', 'object', 'name'].map((each) => textAt(names, each));
    if (typeof source === 'string' && typeof object === 'string' && typeof name === 'string') return { source, object, name };
    throw invalid(`${end.path} is an attribute of no object.`, {
      argument: end.path,
      value: end.ref,
      allowed: 'an attribute of an object',
    });
  };
  const nameOf = (found: { name: string } | undefined): string => {
    if (!found) throw goneMeanwhile();
    return found.name;
  };
  return requests.map(({ dependsOn, mappings, ...facts }, i) => {
    const { parents, ends } = asked[i]!;
    return {
      ...facts,
      ...(parents && {
        dependsOn: parents.map((each, p) => ({
          parent: each.ref.name ?? nameOf(parentNames.get(each)),
          kind: dependsOn![p]!.kind ?? DependencyKind.HARD,
        })),
      }),
      ...(ends && {
        mappings: ends.map(({ from, to }, m) => {
          const { expression, transformation } = mappings![m]!;
          return { from: attributeOf(from), to: attributeOf(to), expression, transformation };
        }),
      }),
    };
  });
}
