import type { GraphQLResolveInfo } from 'graphql';
import { createUnionType, type ClassType } from 'type-graphql';
import type { Tx } from '../database.js';
import { invalid } from '../errors.js';
import { decodeId, idOf } from '../entity/ids.js';
import type { Row } from '../entity/node.js';
import { entityNamed } from '../entity/rows.js';
import type { Context } from '../read/context.js';
import type { Named } from '../read/naming.js';
import { below, resolveRef, type RowLock } from '../read/references.js';
import { stamped } from '../read/stamped.js';
import { textAt } from '../text-at.js';
import { refIn, type RecordKind } from './record-kind.js';

export interface Subject<K extends RecordKind> {
  kind: K;
  row: Row & Named;
}

/**
 * The record that an input identifies by its id, or by a reference under the word of its kind, locked.
 * @throws INVALID for a kind that is not among `kinds`, and for none or several; NOT_FOUND
 */
export async function lockSubject<K extends RecordKind>(
  tx: Tx,
  kinds: readonly K[],
  subject: object,
  argument: string,
  lock: RowLock,
): Promise<Subject<K>> {
  const given = Object.entries<unknown>({ ...subject }).flatMap(([word, value]) => ((value ?? null) === null ? [] : word));
  const [by] = given;
  const allowed = ['id', ...kinds.map(({ word }) => word)];
  if (given.length !== 1 || !allowed.includes(by!))
    throw invalid(
      given.length === 1
        ? `\`${argument}\` cannot be identified by \`${by}\` here; allowed are ${allowed.join(', ')}.`
        : `\`${argument}\` must have exactly one of ${allowed.join(', ')}; it has ${given.join(' and ') || 'none'}.`,
      {
        argument,
        value: given,
        allowed,
      },
    );
  const id = textAt(subject, 'id');
  const types = kinds.map(({ naming }) => naming.entity.name);
  if (typeof id === 'string') idOf(id, types, `${argument}.id`);
  const type = typeof id === 'string' ? decodeId(id).type : undefined;
  const kind = kinds.find(({ word, naming }) => (type ? naming.entity.name === type : word === by))!;
  const [ref, at] = type ? [{ id }, argument] : [refIn(subject, kind), `${argument}.${by}`];
  const row = await resolveRef(tx, kind.refs, ref, { at: below(at), lock, read: ['name'] });
  return { kind, row };
}

/** The union of some kinds of records, under a name. */
export const subjectUnion = (name: string, kinds: readonly RecordKind[], description: string) =>
  createUnionType({
    name,
    description,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- their entities are classes of GraphQL types.
    types: () => kinds.map(({ naming }) => naming.entity as ClassType),
    resolveType: (row: Pick<Row, '__typename'>) => row.__typename,
  });

/** The record that a payload `{ type, id }` refers to. */
export const subjectOf = async (ctx: Context, info: GraphQLResolveInfo, { type, id }: { type: string; id: number }): Promise<Row | null> =>
  stamped(await ctx.load(entityNamed(type)!, id, info), type);
