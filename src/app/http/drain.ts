import { Server as NetServer } from 'node:net';
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Unavailable } from '../../platform/errors.js';

/** How long a connection that waits for its next request is kept: a client may be sending one at this moment. */
const lingerMs = 250;
/** How long requests may run on. */
const drainMs = 10_000;

const stopped = 'The server is shutting down. Try again in a moment.';
const brokenOff = 'The server is shutting down and this request has not finished: it may or may not have taken effect.';

/**
 * Lets a server end so that each request that reached it is answered: those that run by what they answer, others by UNAVAILABLE. Answers the
 * function that ends it.
 */
export function prepareToDrain(app: FastifyInstance): (endSubscriptions: () => Promise<void>) => Promise<void> {
  const running = new Set<FastifyReply>();
  let ending = false;
  app.addHook('onRequest', async (_, reply) => {
    running.add(reply);
    reply.raw.once('close', () => running.delete(reply));
  });
  // Only here, when the body has been read: a client may miss an answer that comes while it sends.
  app.addHook('preHandler', async () => {
    if (ending) throw new Unavailable(stopped);
  });
  app.addHook('onSend', async (_, reply) => {
    if (ending) reply.header('connection', 'close');
  });
  const until = async (ms: number, done: () => boolean | Promise<boolean>) => {
    for (const end = Date.now() + ms; Date.now() < end && !(await done());) await sleep(20);
  };
  const noConnection = () => new Promise<boolean>((resolve) => app.server.getConnections((_, count) => resolve(!count)));

  return async (endSubscriptions) => {
    ending = true;
    // Connections that the system has made already are taken first: closing resets them.
    await immediate();
    // No new ones. HTTP's own way to close would close those as well that wait for a request, and one may be on its way.
    NetServer.prototype.close.call(app.server);
    await endSubscriptions();
    await until(lingerMs, noConnection);
    await until(drainMs, () => !running.size);
    for (const reply of running) breakOff(reply);
    await until(lingerMs, () => !running.size);
    // Each has its answer, or had the time for it; one whose client does not read it would be waited for without end.
    app.server.closeAllConnections();
    await app.close();
  };
}

function breakOff(reply: FastifyReply): void {
  const { raw } = reply;
  if (raw.headersSent) return;
  reply.hijack();
  raw.writeHead(503, { 'content-type': 'application/json; charset=utf-8', 'retry-after': '1', connection: 'close' });
  raw.end(JSON.stringify({ errors: [{ message: brokenOff, extensions: { code: 'UNAVAILABLE' } }] }));
}
