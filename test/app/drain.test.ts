import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { connect as dial } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../src/platform/database.js';
import { createDatabase, type TestDatabase } from '../support/cluster.js';
import { connect, startHttp } from '../support/http.js';
import { startProgram } from '../support/servers.js';
import { smallSchema as schema } from '../support/small-schema.js';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createDatabase('drain');
  db = connect(database.url);
});
afterAll(async () => {
  await db.pool.end();
  await database.drop();
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** One call. `lost` is what went wrong after it was sent, `refused` that there was no connection to send it by. */
const call = (agent: Agent, url: string, query: string): Promise<Answer | { lost: string } | { refused: true }> =>
  new Promise((resolve) => {
    const sent = request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json' } }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.once('close', () =>
        resolve(
          response.complete ? { status: response.statusCode!, headers: response.headers, text } : { lost: `half an answer: ${text}` },
        ),
      );
    });
    // What the system had connected and the server had not taken yet, it resets; nothing of the call was read.
    const untaken = ({ code }: NodeJS.ErrnoException) => code === 'ECONNREFUSED' || (code === 'ECONNRESET' && !sent.reusedSocket);
    sent.once('error', (error: NodeJS.ErrnoException) =>
      resolve(untaken(error) ? { refused: true } : { lost: `${error.code} ${error.message} ${sent.reusedSocket}` }),
    );
    sent.end(JSON.stringify({ query }));
  });

/** What is wrong with an answer to a call while the server ends. */
function wrongWith(answer: Answer | { lost: string } | { refused: true }): string | undefined {
  if ('refused' in answer) return undefined;
  if ('lost' in answer) return answer.lost;
  const { status, headers, text } = answer;
  const body = JSON.parse(text) as { data?: object; errors?: { message: string; extensions: { code: string } }[] };
  if (status === 200 && body.data && !body.errors) return undefined;
  const [error] = body.errors ?? [];
  const fine = status === 503 && error?.extensions.code === 'UNAVAILABLE' && /shutting down/.test(error.message) && headers['retry-after'];
  return fine && headers.connection === 'close' ? undefined : `${status} ${text} ${JSON.stringify(headers)}`;
}

/** Calls without a pause on 16 connections, some of them with a pause, while the server is ended. */
async function underLoad(url: string, end: () => Promise<void>): Promise<{ answered: number; wrong: string[] }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  let going = true;
  let answered = 0;
  const wrong: string[] = [];
  const clients = Array.from({ length: 16 }, async (_, i) => {
    while (going) {
      const query =
        i % 2
          ? `mutation { registerProcess(input: { name: "p ${i}", sources: [{ name: "s" }] }) { created } }`
          : '{ processes { nodes { name } } }';
      const answer = await call(agent, url, query);
      const problem = wrongWith(answer);
      if (problem) wrong.push(problem);
      if ('status' in answer) {
        if (answer.status === 200) answered++;
      } else await sleep(5);
      // So that some connections wait for their next request when the server ends.
      if (i >= 12) await sleep(40);
    }
  });
  await sleep(500);
  await end();
  going = false;
  await Promise.all(clients);
  agent.destroy();
  return { answered, wrong };
}

test('SIGTERM under load: each call in flight has its answer, or is told that the server shuts down', async () => {
  for (let round = 0; round < Number(process.env.DRAIN_ROUNDS ?? 3); round++) {
    const server = await startProgram(database.url);
    const outcome = await underLoad(server.address, () => server.stop());
    expect(outcome.wrong).toEqual([]);
    expect(outcome.answered).toBeGreaterThan(0);
  }
}, 600_000);

test('a connection that waits for its next request still has an answer to it; no new connection is taken', async () => {
  const server = await startHttp({ db, schema });
  const url = `${server.url}/graphql`;
  const agent = new Agent({ keepAlive: true });
  expect(wrongWith(await call(agent, url, '{ hello }'))).toBeUndefined();
  const closing = server.close();
  const answer = (await call(agent, url, '{ hello }')) as Answer;
  expect([answer.status, JSON.parse(answer.text)]).toEqual([
    503,
    {
      errors: [
        { message: 'The server is shutting down. Try again in a moment.', extensions: { code: 'UNAVAILABLE', retryAfterSeconds: 1 } },
      ],
    },
  ]);
  expect(answer.headers).toMatchObject({ 'retry-after': '1', connection: 'close' });
  expect(await call(agent, url, '{ hello }')).toEqual({ refused: true });
  await closing;
});

test('a call that runs longer than the server waits is told so, and so is one whose body does not come', async () => {
  const server = await startHttp({ db, schema });
  const agent = new Agent({ keepAlive: true });
  const long = call(agent, `${server.url}/graphql`, '{ slow(ms: 12000) }') as Promise<Answer>;
  const socket = dial(Number(new URL(server.url).port), '127.0.0.1');
  socket.write('POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{');
  let half = '';
  socket.on('data', (chunk: Buffer) => (half += chunk.toString()));
  await sleep(200);
  await server.close();
  const answer = await long;
  expect([answer.status, answer.headers['retry-after'], JSON.parse(answer.text)]).toEqual([
    503,
    '1',
    { errors: [{ message: expect.stringMatching(/shutting down.*may or may not/), extensions: { code: 'UNAVAILABLE' } }] },
  ]);
  expect(half).toMatch(/^HTTP\/1.1 503 [^]*UNAVAILABLE/);
  socket.destroy();
});
