import type { GraphQLResolveInfo } from 'graphql';
import { createUnionType, Field, ID, type ClassType } from 'type-graphql';
import type { Tx } from '../database.js';
import { invalid } from '../errors.js';
import { decodeId, idOf } from '../entity/ids.js';
import { textAt } from '../text-at.js';
import { nameArguments, type Aliased, type Named } from '../read/naming.js';
import { below, namedRefs, resolveRef, type NamedRef, type RowLock } from '../read/references.js';
import type { Row } from '../entity/node.js';
import { entityNamed } from '../entity/rows.js';
import { Name } from '../entity/text.js';
import type { Context } from '../read/context.js';
import { stamped } from '../read/stamped.js';

/** One of the kinds of things that an argument can mean, and what an input calls its name. */
export interface SubjectKind {
  naming: Aliased;
  argument: string;
}

export interface Subject {
  /** GraphQL type. */
  type: string;
  row: Row & Named;
}

const path = ({ naming, argument }: SubjectKind) => [...nameArguments(naming).slice(0, -1), argument];

/** Gives an input the fields that tell a thing of one of several kinds: its id, or the names on the way to it. */
export function subjectFields(input: object, kinds: readonly SubjectKind[], idArgument: string): void {
  const types = kinds.map(({ naming }) => naming.entity.name).join(', ');
  Field(() => ID, { nullable: true, description: `Global id of it: ${types}. Or tell it by name.` })(input, idArgument);
  for (const argument of new Set(kinds.flatMap(path))) {
    const kind = kinds.find((each) => each.argument === argument);
    const outside = kind ? path(kind).slice(0, -1) : [];
    Field(() => Name, {
      nullable: true,
      description: `Name of the ${argument}${outside.length ? `, together with \`${outside.join('` and `')}\`` : ''}.`,
    })(input, argument);
  }
}

/** The thing that an input means by its id, or by the names on the way to it, locked. @throws INVALID or NOT_FOUND */
export async function lockSubject(
  tx: Tx,
  kinds: readonly SubjectKind[],
  input: object,
  idArgument: string,
  lock: RowLock,
): Promise<Subject> {
  const all = new Set(kinds.flatMap(path));
  const given = [...all].filter((argument) => textAt(input, argument) !== undefined && textAt(input, argument) !== null);
  const id = textAt(input, idArgument);
  const kind = id
    ? kinds.find(({ naming }) => naming.entity.name === decodeId(id, `input.${idArgument}`).type)
    : kinds.find((each) => path(each).length === given.length && path(each).every((argument) => given.includes(argument)));
  if (id && !given.length) {
    const types = kinds.map(({ naming }) => naming.entity.name);
    const { naming } = kind ?? kinds[0]!;
    idOf(id, types, `input.${idArgument}`);
    return locked(tx, naming, { id }, { id: idArgument }, lock);
  }
  if (id || !kind) {
    const allowed = [idArgument, ...kinds.map((each) => path(each).join(' and '))];
    throw invalid(`Say which one by exactly one of: ${allowed.join('; ')}.`, { argument: 'input', value: input, allowed });
  }
  const names = Object.fromEntries(
    path(kind).map((argument, i, list) => [i === list.length - 1 ? 'name' : argument, textAt(input, argument)]),
  );
  return locked(tx, kind.naming, names, { name: kind.argument }, lock);
}

/** `names`: what the input calls the id and the name. */
async function locked(tx: Tx, naming: Aliased, ref: NamedRef, names: Readonly<Record<string, string>>, lock: RowLock): Promise<Subject> {
  const row = await resolveRef(tx, namedRefs(naming), ref, { at: below('input', names), lock, read: ['name'] });
  return { type: naming.entity.name, row };
}

/** The union of some kinds of things, under a name. */
export const subjectUnion = (name: string, kinds: readonly SubjectKind[], description: string) =>
  createUnionType({
    name,
    description,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- their entities are classes of GraphQL types.
    types: () => kinds.map(({ naming }) => naming.entity as ClassType),
    resolveType: (row: Pick<Row, '__typename'>) => row.__typename,
  });

/** Answers the thing that a payload `{ type, id }` means. */
export const subjectOf = async (ctx: Context, info: GraphQLResolveInfo, { type, id }: { type: string; id: number }): Promise<Row | null> =>
  stamped(await ctx.load(entityNamed(type)!, id, info), type);
