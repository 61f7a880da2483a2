import { getNamedType, isObjectType, TypeInfo, visit, visitWithTypeInfo, type DocumentNode, type GraphQLSchema } from 'graphql';
import type { Context } from '../../platform/read/context.js';
import { LargeAnswer } from '../../platform/read/large-answer.js';
import { requests } from '../log.js';
import { Unavailable } from '../../platform/errors.js';

/** From so many objects that it may hold an answer is made in pieces. */
const inPiecesFrom = 2_000;
/** Of those that may hold so many, few are made at once: each takes tens of megabytes. */
const fewFrom = 50_000;
const atOnce = 2;
const waitingAtMost = 50;
const waitMs = 30_000;

/** What clients that read slowly, or not at all, may take; a test changes it. */
export const unsent = {
  /** Characters of answers that are made and not sent yet. From then on no large answer is made. */
  atMost: 256 * 2 ** 20,
  /** A connection whose client reads nothing for so long is cut. */
  patienceMs: 60_000,
};
let held = 0;

/** Counts the texts of an answer as unsent, until the function that it answers is called. */
export function holdUnsent({ size }: LargeAnswer): () => void {
  held += size;
  let released = false;
  return () => {
    if (!released) held -= size;
    released = true;
  };
}

const waiting: (() => void)[] = [];
let running = 0;

/** A place among the largest answers; answers what gives it back. @throws UNAVAILABLE where it does not become free in time */
async function place(): Promise<() => void> {
  if (running < atOnce) running++;
  else {
    if (waiting.length >= waitingAtMost) throw tooMany();
    await new Promise<void>((resolve, reject) => {
      const given = () => (clearTimeout(timer), resolve());
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(given), 1);
        reject(tooMany());
      }, waitMs);
      waiting.push(given);
    });
  }
  let ended = false;
  return () => {
    if (ended) return;
    ended = true;
    const next = waiting.shift();
    if (next) next();
    else running--;
  };
}

const tooMany = () =>
  new Unavailable(
    'The server makes other large answers at present. Try again in a moment, or ask for less at once: fewer nodes, smaller pages.',
  );

const withLongLists = new WeakMap<DocumentNode, boolean>();

const hasLongList = (type: unknown): boolean =>
  isObjectType(type) && Object.values(type.getFields()).some(({ extensions }) => extensions.longList);

/** Whether a document asks for what has a list that is marked as long. Of nested pages the cost is a bound that answers rarely come near. */
function asksForLongLists(schema: GraphQLSchema, document: DocumentNode): boolean {
  let found = withLongLists.get(document);
  if (found === undefined) {
    found = false;
    const typeInfo = new TypeInfo(schema);
    visit(document, visitWithTypeInfo(typeInfo, { Field: () => void (found ||= hasLongList(getNamedType(typeInfo.getType()))) }));
    withLongLists.set(document, found);
  }
  return found;
}

/** Prepares for the answer to an operation of this cost. */
export async function prepareAnswer(
  context: Context,
  cost: number,
  variables: Record<string, unknown> | undefined,
  schema: GraphQLSchema,
  document: DocumentNode,
): Promise<void> {
  if (cost < inPiecesFrom || !asksForLongLists(schema, document)) return;
  if (held > unsent.atMost) throw tooMany();
  const end = cost < fewFrom ? () => undefined : await place();
  context.large = new LargeAnswer(variables ?? {}, end);
  const record = requests.getStore();
  if (record?.closed) end();
  if (record) record.large = context.large;
}
