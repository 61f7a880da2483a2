import { existsSync, readFileSync } from 'node:fs';
import { flagOf, settings } from '../src/platform/config.js';
import { askAt, runExample } from '../src/app/example/run-example.js';
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

  /** What a command or a query of the README gets: of curl it uses two forms, a body and a query in the address. */
  async function send(kind: string, text: string): Promise<Answer['body']> {
    if (kind === 'graphql') return (await server.ask(text)).body;
    const [, option, data] = /^curl [^']*(?:'Content-Type: application\/json' )?--(data|data-urlencode) '([^']*)'$/.exec(text.trim()) ?? [];
    if (option === 'data') return (await server.post(data!)).body;
    const query = new URLSearchParams({ query: data!.replace(/^query=/, '') });
    return (await (await fetch(`${server.url}/graphql?${query.toString()}`)).json()) as Answer['body'];
  }

  test('is answered as the README says, one after the other', async () => {
    const [first, ...others] = readme
      .split('\n## ')
      .map((part) => [...part.matchAll(/```(sh|graphql)\n([^`]+)```\n\n```json\n([^]+?)\n```/g)])
      .filter((steps) => steps.length);
    expect([first!.length, others.map((steps) => steps.length)]).toEqual([5, [7]]);
    const check = async ([, kind, text, shown]: RegExpExecArray) => {
      const { data, errors, extensions } = await send(kind!, text!);
      const answer = JSON.parse(shown!) as Answer['body'];
      expect({ text, data, errors, ...(answer.extensions ? { extensions } : {}) }).toEqual({ text, ...answer });
    };
    for (const step of first!) await check(step);
    await runExample(askAt(server.url), () => undefined);
    for (const step of others.flat()) await check(step);
  });
});
