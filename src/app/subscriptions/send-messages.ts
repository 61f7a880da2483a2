import type { FormattedExecutionResult } from 'graphql';
import { MessageType } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { bodyOf } from '../../platform/read/large-answer.js';
import type { RequestRecord } from '../log.js';

/** Sends the text of a message, in its pieces; the promise says that it is on its way, so that a slow reader makes what it asked for wait. */
export type Send = (pieces: Iterable<string> | AsyncIterable<string>) => Promise<void>;

/** Sends one message after the other: no other may come between the pieces of one. */
export function sendTo(socket: WebSocket): Send {
  const write = (text: string, fin: boolean) =>
    new Promise<void>((resolve) => {
      if (socket.readyState === socket.OPEN) socket.send(text, { fin }, () => resolve());
      else resolve();
    });
  const writeAll = async (pieces: Iterable<string> | AsyncIterable<string>) => {
    let last: string | undefined;
    for await (const piece of pieces) {
      if (last !== undefined) await write(last, false);
      last = piece;
    }
    if (last !== undefined) await write(last, true);
  };
  let before = Promise.resolve();
  return (pieces) => {
    const sent = before.then(() => writeAll(pieces));
    before = sent.catch(() => undefined);
    return sent;
  };
}

/** The message with the answer to a query or mutation. */
export function nextMessage(
  id: string,
  payload: FormattedExecutionResult,
  { large }: RequestRecord,
): Iterable<string> | AsyncIterable<string> {
  return large ? inPieces(id, payload) : [JSON.stringify({ id, type: MessageType.Next, payload })];
}

async function* inPieces(id: string, payload: object): AsyncGenerator<string> {
  let head = `{"id":${JSON.stringify(id)},"type":"${MessageType.Next}","payload":`;
  for await (const piece of bodyOf(payload)) {
    yield head + piece;
    head = '';
  }
  yield '}';
}
