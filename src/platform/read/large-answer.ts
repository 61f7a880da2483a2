import type { GraphQLError } from 'graphql';
import { isDue, pause } from '../turns.js';

/** The text of a list that was executed by itself: what stands between its brackets, in pieces. */
export class ListText {
  constructor(readonly pieces: string[]) {}
}

type Path = readonly (string | number)[];

/**
 * An answer that may be large: it is made, written and sent in pieces, so that neither other requests wait for it nor all of it is in memory as objects.
 * Only what the cost of an operation lets expect to be large is treated so; a context without one means a small answer.
 */
export class LargeAnswer {
  /** By their places: what a compiled query leaves to the interpreter is executed twice. */
  readonly #lists = new Map<string, { path: Path; text: ListText; errors: readonly GraphQLError[] }>();

  constructor(
    /** As the caller sent them. */
    readonly variables: Record<string, unknown>,
    /** Ends its place among the large answers that are made at once. */
    readonly end: () => void,
  ) {}

  /** Another request's turn, where it is due. */
  async turn(): Promise<void> {
    if (isDue()) await pause();
  }

  /** Keeps the text of the list at this place of the answer, where an empty one stands, and the errors in it. */
  add(path: Path, text: ListText, errors: readonly GraphQLError[]): void {
    this.#lists.set(path.join('.'), { path, text, errors });
  }

  /** Characters of the texts that are kept. */
  get size(): number {
    return [...this.#lists.values()].reduce((sum, { text }) => text.pieces.reduce((all, piece) => all + piece.length, sum), 0);
  }

  get errors(): GraphQLError[] {
    return [...this.#lists.values()].flatMap(({ errors }) => errors);
  }

  /** Puts the texts into their places, where the answer has these still: an error above may have made it null. */
  fillIn(data: object | null | undefined): void {
    for (const { path, text } of this.#lists.values()) {
      let at: unknown = data;
      for (const key of path.slice(0, -1)) at = typeof at === 'object' && at ? Reflect.get(at, key) : undefined;
      if (typeof at === 'object' && at) Reflect.set(at, path.at(-1)!, text);
    }
  }
}

/** A caller may give a field this name. */
const hasText = (value: object) => typeof (value as { toJSON?: unknown }).toJSON === 'function';

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** JSON of a value, in pieces that are small enough to be made in one go. */
function* jsonOf(value: unknown): Generator<string> {
  if (value instanceof ListText) {
    yield '[';
    for (const [i, piece] of value.pieces.entries()) {
      // What is sent is let go: whatever still holds the answer, such as a connection that is kept, holds no text.
      value.pieces[i] = '';
      yield i ? `,${piece}` : piece;
    }
    yield ']';
  } else if (Array.isArray(value) && value.some(isObject)) {
    for (let i = 0; i < value.length; i++) {
      yield i ? ',' : '[';
      yield* jsonOf(value[i]);
    }
    yield ']';
  } else if (isObject(value) && !hasText(value) && Object.values(value).some(isObject)) {
    let first = true;
    for (const [key, each] of Object.entries(value)) {
      if (each === undefined) continue;
      yield `${first ? '{' : ','}${JSON.stringify(key)}:`;
      first = false;
      yield* jsonOf(each);
    }
    yield first ? '{}' : '}';
  } else yield JSON.stringify(value) ?? 'null';
}

const pieceLength = 64 * 1024;

/** The body of a large answer, for a stream. */
export async function* bodyOf(result: object): AsyncGenerator<string> {
  let text = '';
  for (const piece of jsonOf(result)) {
    text += piece;
    if (text.length < pieceLength) continue;
    yield text;
    text = '';
    if (isDue()) await pause();
  }
  yield `${text}\n`;
}
