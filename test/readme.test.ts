import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { flagOf, settings } from '../src/platform/config.js';
import { askAt } from '../src/example/ask.js';
import { runExample } from '../src/example/run-example.js';
import { feedsOf } from '../src/live/feed.js';
import { openApi, type Api } from './support/api.js';
import { startHttp, type Answer, type HttpServer } from './support/http.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const cellsOf = (line: string) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

test('the table of settings is the list in platform/config.ts', () => {
  const [, table = ''] = /<!-- settings[^\n]*-->\n\n([^]*?)\n\n/.exec(readme) ?? [];
  const [, , ...rows] = table.split('\n').map(cellsOf);
  expect(rows).toEqual(
    Object.values(settings).map((setting) => [
      `\`${setting.variable}\`, \`${flagOf(setting.variable)}\``,
      setting.default === undefined ? 'none' : `\`${setting.default}\``,
      setting.does,
      setting.allowed,
    ]),
  );
});

test('every script that is named exists', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { scripts: Record<string, string> };
  const named = [...readme.matchAll(/npm (?:run )?(start|test(?!:)|(?<=run )[\w:]+)/g)].map(([, name]) => name!);
  expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([]);
});

test('every file that is linked exists', () => {
  const paths = [...readme.matchAll(/\]\((?!http)([^)]+)\)/g)].map(([, path]) => path!);
  expect(paths.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)))).toEqual([]);
});

describe('what can be sent', () => {
  let api: Api;
  let server: HttpServer;
  beforeAll(async () => {
    api = await openApi('readme');
    server = await startHttp({ db: api.db, schema: api.schema });
  });
  afterAll(async () => {
    await server.close();
    await api.close();
  });

  test('the tables of outcomes are the lists in the API', () => {
    const tables = [...readme.matchAll(/\n(\| Outcome [^]*?)\n\n/g)].map(([, table]) => table!.split('\n').map(cellsOf).slice(2));
    const listed = ['StartOutcome', 'ClaimOutcome'].map((name) => {
      const { values } = api.schema.getType(name)!.toConfig() as { values: object };
      return Object.keys(values).map((value) => `\`${value}\``);
    });
    expect(tables.map((rows) => rows.map(([outcome]) => outcome))).toEqual(listed);
  });

  /** What a command or a query of the README gets: of curl it uses two forms, a body and a query in the address. */
  async function send(kind: string, text: string): Promise<Answer['body']> {
    if (kind === 'graphql') return (await server.ask(text)).body;
    const [, option, data] = /^curl [^']*(?:'Content-Type: application\/json' )?--(data|data-urlencode) '([^']*)'$/.exec(text.trim()) ?? [];
    if (option === 'data') return (await server.post(data!)).body;
    const query = new URLSearchParams({ query: data!.replace(/^query=/, '') });
    return (await (await fetch(`${server.url}/graphql?${query.toString()}`)).json()) as Answer['body'];
  }

  /** Sends all that the README sends, in its order, and compares the answers; once for the tests of this block. */
  async function followReadme(): Promise<void> {
    const parts = readme
      .split('\n## ')
      .map((part) => [part.split('\n')[0], [...part.matchAll(/```(sh|graphql)\n([^`]+)```\n\n```json\n([^]+?)\n```/g)]] as const)
      .filter(([, steps]) => steps.length);
    expect(parts.map(([title, steps]) => [title, steps.length])).toEqual([
      ['First steps', 5],
      ['Runs', 4],
      ['Files', 4],
      ['The example', 7],
    ]);
    const check = async ([, kind, text, shown]: RegExpExecArray) => {
      const { data, errors, extensions } = await send(kind!, text!);
      const answer = JSON.parse(shown!) as Answer['body'];
      expect({ text, data, errors, ...(answer.extensions ? { extensions } : {}) }).toEqual({ text, ...answer });
    };
    for (const [title, steps] of parts) {
      if (title === 'The example') await runExample(askAt(server.url), () => undefined);
      for (const step of steps) await check(step);
    }
  }
  let followed: Promise<void> | undefined;
  const follow = () => (followed ??= followReadme());

  test('is answered as the README says, one after the other', async () => {
    await expect(follow()).resolves.toBeUndefined();
  });

  const begun = async (count: number) => {
    while (feedsOf(api.db).subscribers < count) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  /** The first lines of a stream of server-sent events, until `pattern` is in them. */
  async function streamed(query: string, pattern: RegExp, meanwhile: () => Promise<unknown>): Promise<string> {
    const url = `${server.url}/graphql/stream?${new URLSearchParams({ query }).toString()}`;
    const response = await fetch(url, { headers: { connection: 'close' } });
    await meanwhile();
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!pattern.test(text)) text += (await reader.read()).value!;
    await reader.cancel();
    return text;
  }

  test('changes are told as the README says, by both ways', async () => {
    await follow();
    const [, live] = /\n## Live\n([^]+?)\n## /.exec(readme)!;
    const [, byHttp] = /```sh\ncurl -sN -G http:\/\/127\.0\.0\.1:4000\/graphql\/stream --data-urlencode 'query=([^']+)'\n```/.exec(live!)!;
    const [, program] = /```js\n([^`]+)```/.exec(live!)!;
    const [, move, shown] = /```graphql\n([^`]+)```\n\n```text\n([^`]+)```/.exec(live!)!;

    const cwd = fileURLToPath(new URL('..', import.meta.url));
    const code = program!.replace('ws://127.0.0.1:4000', server.url.replace('http', 'ws'));
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const line = once(createInterface(child.stdout), 'line') as Promise<[string]>;
      await begun(1);
      const text = await streamed(byHttp!, /\ndata: .*\n\n/, async () => {
        await begun(2);
        expect((await server.ask(move!)).body).toMatchObject({ data: { retryFile: { file: { status: { name: 'ready' } } } } });
      });
      const [, id, data] = /event: next\nid: (.*)\ndata: (.*)\n\n/.exec(text)!;
      const [, shownId, shownData] = /^event: next\nid: (.*)\ndata: (.*)\n$/.exec(shown!)!;
      expect(data!.replaceAll(id!, shownId!)).toBe(shownData);
      expect({ data: JSON.parse((await line)[0]) as unknown }).toEqual(JSON.parse(data!));
    } finally {
      child.kill();
    }
  });
});
