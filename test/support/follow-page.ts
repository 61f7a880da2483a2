import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createKey } from '../../src/actor/api-keys.js';
import { askAt } from '../../src/example/ask.js';
import { runExample } from '../../src/example/run-example.js';
import { sweepFiles } from '../../src/file/sweep-files.js';
import { feedsOf } from '../../src/live/feed.js';
import { sweepRuns } from '../../src/run/sweep-runs.js';
import { openApi, type Api } from './api.js';
import { createDatabase } from './cluster.js';
import { startHttp, type HttpServer } from './http.js';
import { curlOf, sends, stepsOf, type Page, type Step } from './pages.js';

/** An answer that a page prints, and the one that came. */
export interface Followed {
  step: Step;
  request: string;
  shown: unknown;
  /** With `…` where the page prints that, and without `extensions` unless it prints them. */
  answered: unknown;
}

/** A value in place of which a page prints `…`: one that differs from run to run. */
const elided = '…';

/** The answer as the page would print it, if it is the same one. */
function asShown(shown: unknown, answered: unknown): unknown {
  if (shown === elided && typeof answered !== 'object') return elided;
  if (Array.isArray(answered)) return answered.map((each, i) => asShown(Array.isArray(shown) ? shown[i] : undefined, each));
  if (typeof answered !== 'object' || answered === null) return answered;
  const known = typeof shown === 'object' && shown !== null ? Object.entries(shown) : [];
  return Object.fromEntries(
    Object.entries(answered).map(([key, value]) => [key, asShown(known.find(([name]) => name === key)?.[1], value)]),
  );
}

interface Session {
  url: string;
  api: Api;
  server: HttpServer;
  /** In place of `KEY` in commands. */
  key: string;
  /** What waits for the next change: programs and streams of the page. */
  waiting: { print: Promise<string>; stop: () => unknown }[];
}

async function openAt(url: string, key = ''): Promise<Session> {
  const api = await openApi('docs', url);
  return { url, api, server: await startHttp({ db: api.db, schema: api.schema, config: { pollMs: 50 } }), key, waiting: [] };
}

async function close({ server, api }: Session): Promise<void> {
  await server.close();
  await api.close();
}

/** Sends all that a page sends, in its order, to a store of its own. Answers what came beside what the page prints. */
export async function followPage(page: Page): Promise<Followed[]> {
  const followed: Followed[] = [];
  const database = await createDatabase('docs');
  let session = await openAt(database.url);
  const steps = stepsOf(page);
  try {
    for (const [i, step] of steps.entries()) {
      if (step.kind === 'comment') session = await arrange(step.text, session);
      if (step.kind === 'js' && /graphql-ws/.test(step.text)) await runProgram(step.text, session);
      if (!sends(step)) continue;
      if (/\/graphql\/stream/.test(step.text)) await openStream(step, session);
      else if (!step.mark) {
        const printed = steps[i + 1]!;
        const answered = await send(step, session);
        if (printed.kind === 'text') {
          if (answered.errors) throw new Error(JSON.stringify(answered.errors));
          followed.push(...(await awaited(printed, session)));
        } else {
          const shown = JSON.parse(printed.text) as Record<string, unknown>;
          if (!shown.extensions) delete answered.extensions;
          followed.push({ step: printed, request: step.text, shown, answered: asShown(shown, answered) });
        }
      }
    }
  } finally {
    for (const { stop } of session.waiting) stop();
    await close(session);
    await database.drop();
  }
  return followed;
}

/** What a comment of a page asks for: the example, a time that the store takes for now, a look of the sweeper, a key. */
async function arrange(comment: string, session: Session): Promise<Session> {
  const { api, server, url } = session;
  const [, word, value = ''] = /^(\w+)(?:: (\S+))?/.exec(comment)!;
  let { key } = session;
  if (word === 'store') await runExample(askAt(server.url), () => undefined, { group: 'example' });
  if (word === 'key') ({ key } = await createKey(api.db, { actor: 'dashboard', role: value }));
  if (word === 'sweep') {
    await sweepRuns(api.db);
    await sweepFiles(api.db);
  }
  if (word === 'now')
    await api.sql(`do $$ begin execute format('alter database %I set waybill.now = %L', current_database(), '${value}'); end $$`);
  else if (word !== 'key') return session;
  // Connections take the setting when they are made; a server reads its keys when it starts.
  await close(session);
  return openAt(url, key);
}

async function send(step: Step, { key, server }: Session): Promise<Record<string, unknown>> {
  if (step.kind === 'graphql') return { ...(await server.ask(step.text)).body };
  const { path, headers, body, query } = curlOf(step.text.replace('Bearer KEY', `Bearer ${key}`));
  const search = query === undefined ? '' : `?${new URLSearchParams({ query }).toString()}`;
  const init = body === undefined ? { headers } : { method: 'POST', headers, body };
  return (await (await fetch(`${server.url}${path}${search}`, init)).json()) as Record<string, unknown>;
}

/** Waits until so many subscriptions have begun, for ten seconds at most. */
async function subscribed({ api }: Session, count: number): Promise<void> {
  for (let i = 0; feedsOf(api.db).subscribers < count; i++) {
    if (i === 500) throw new Error(`After ten seconds there are not ${count} subscriptions.`);
    await sleep(20);
  }
}

/** Runs a program of the page, until it has printed a line. */
async function runProgram(text: string, session: Session): Promise<void> {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const code = text.replace('ws://127.0.0.1:4000', session.server.url.replace('http', 'ws'));
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = once(createInterface(child.stdout!), 'line') as Promise<[string]>;
  session.waiting.push({ print: line.then(([first]) => first), stop: () => child.kill() });
  await subscribed(session, session.waiting.length);
}

/** Opens a stream of server-sent events, and reads it until an event has come. */
async function openStream(step: Step, session: Session): Promise<void> {
  const { path, query = '' } = curlOf(step.text);
  const response = await fetch(`${session.server.url}${path}?${new URLSearchParams({ query }).toString()}`, {
    headers: { connection: 'close' },
  });
  if (!response.ok) throw new Error(await response.text());
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const read = async () => {
    let text = '';
    while (!/\ndata: .*\n\n/.test(text)) text += (await reader.read()).value!;
    return /event: next\n[^]*?\n\n/.exec(text)![0];
  };
  session.waiting.push({ print: read(), stop: () => reader.cancel() });
  await subscribed(session, session.waiting.length);
}

/** What came to all that waited: each as the page prints it, the cursor aside, which differs from run to run. */
async function awaited(printed: Step, { waiting }: Session): Promise<Followed[]> {
  const dataOf = (text: string) => {
    const data = JSON.parse(/^(?:event: next\nid: .*\ndata: )?(.*)/.exec(text)![1]!) as { data?: { changes: object }; changes: object };
    return { ...(data.data ?? data).changes, cursor: elided };
  };
  const late = sleep(10_000, undefined, { ref: false }).then(() => {
    throw new Error('No change came within ten seconds.');
  });
  const lines = await Promise.all(waiting.map(({ print }) => Promise.race([print, late])));
  return lines.map((line) => ({ step: printed, request: 'a change', shown: dataOf(printed.text), answered: dataOf(line) }));
}
