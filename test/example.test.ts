import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { exampleCommand } from '../src/app/example/example-command.js';
import { datasets } from '../src/app/example/datasets.js';
import { processes } from '../src/app/example/processes.js';
import { questions } from '../src/app/example/questions.js';
import { readTable, tableOf, typeOf, type Table } from '../src/app/example/read-table.js';
import { askAt, formatJson, makeTables, runExample, type Ask } from '../src/app/example/run-example.js';
import { folderPrefix } from '../src/app/example/temporary-server.js';
import { openApi, type Api } from './support/api.js';
import { startHttp, type HttpServer } from './support/http.js';

const read = (file: string) => readTable(new URL(`../node_modules/vega-datasets/data/${file}`, import.meta.url));
const typesOf = ({ columns }: Table) => Object.fromEntries(columns.map(({ name, type }) => [name, type]));

describe('reading a file', () => {
  test.each([
    ['stocks.csv', 560, { symbol: 'text', date: 'date', price: 'number' }],
    ['zipcodes.csv', 42049, { zip_code: 'text', latitude: 'number', longitude: 'number', city: 'text', state: 'text', county: 'text' }],
    ['seattle-weather-hourly-normals.csv', 8759, { date: 'date', pressure: 'number', temperature: 'number', wind: 'number' }],
    ['flights-2k.json', 2000, { date: 'date', delay: 'integer', distance: 'integer', origin: 'text', destination: 'text' }],
    ['monarchs.json', 12, { name: 'text', start: 'integer', end: 'integer', index: 'integer', commonwealth: 'boolean' }],
  ])('%s: its rows, its columns and the types that all values have', async (file, rows, types) => {
    const table = await read(file);
    expect(table.rows).toHaveLength(rows);
    expect(typesOf(table)).toEqual(types);
  });

  test('a column is of a type only if every value is; what is missing says nothing', () => {
    expect(typeOf([1, null, 2])).toBe('integer');
    expect(typeOf([1, 2.5])).toBe('number');
    expect(typeOf([1, 'one'])).toBe('text');
    expect(typeOf([true, null])).toBe('boolean');
    expect(typeOf(['2001/01/01 06:55', '2001-13-01'])).toBe('text');
    expect(typeOf([null, ''])).toBe('text');
    expect(tableOf([{ a: 1 }, { b: 'x' }]).columns.map(({ name }) => name)).toEqual(['a', 'b']);
  });
});

test('the processes read what is there, and each makes rows', async () => {
  const tables = await makeTables();
  for (const { name, reads, writes } of processes) {
    expect([name, tables.get(writes.object)!.rows.length > 0]).toEqual([name, true]);
    for (const { from, columns } of reads)
      expect(tables.get(from)!.columns.map((column) => column.name)).toEqual(expect.arrayContaining(columns ?? []));
  }
  // Every file is read by a process: else it would not be registered.
  const readFiles = new Set(processes.flatMap(({ reads }) => reads.map(({ from }) => from)));
  expect(datasets.map(({ file }) => file).filter((file) => !readFiles.has(file))).toEqual([]);
  expect(typesOf(tables.get('state_delays')!)).toEqual({
    code: 'text',
    name: 'text',
    departures: 'integer',
    departures_per_million: 'number',
    mean_delay: 'number',
  });
  for (const { key, columns, rows } of tables.values()) {
    expect(columns.map(({ name }) => name)).toEqual(expect.arrayContaining(key));
    if (key.length) expect(new Set(rows.map((row) => JSON.stringify(key.map((name) => row[name])))).size).toBe(rows.length);
  }
});

test('what the processes say of themselves is true', async () => {
  const tables = await makeTables();
  const values = (table: string, column: string) => new Set(tables.get(table)!.rows.map((row) => row[column]));
  for (const { name, reads, filters = [], writes, mappings } of processes) {
    const written = tables.get(writes.object)!.columns.map((column) => column.name);
    expect([name, [...new Set(mappings.map(({ to }) => to))].sort()]).toEqual([name, written.toSorted()]);
    for (const { from, column, to, transformation } of mappings)
      if (transformation === 'identity')
        expect([name, to, [...values(writes.object, to)].filter((value) => !values(from, column).has(value))]).toEqual([name, to, []]);
    for (const { from, column } of [...filters, ...mappings]) {
      const { columns } = reads.find((reading) => reading.from === from)!;
      expect(columns ?? tables.get(from)!.columns.map((each) => each.name)).toContain(column);
    }
    if (new Set(filters.map(({ group = 1 }) => group)).size > 1) expect(new Set(filters.map(({ from }) => from)).size).toBe(1);
  }
  expect([...values('airports', 'country')]).toEqual(['USA']);
  expect(Math.min(...([...values('flights', 'delay')] as number[]))).toBe(-45);
  expect([...values('delays_by_state', 'state')]).toEqual(expect.arrayContaining(['Alaska', 'Hawaii', 'Texas']));
  expect([...values('delays_by_state', 'state')]).not.toContain('Utah');
});

test('an answer is printed in lines that fit', () => {
  const answer = { short: [{ a: 1 }, []], long: Array.from({ length: 9 }, (_, i) => ({ name: 'x'.repeat(20), i })) };
  const text = formatJson(answer);
  expect(JSON.parse(text)).toEqual(answer);
  expect(text).toContain('  "short": [{ "a": 1 }, []],\n');
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
});

describe('on a server', () => {
  let api: Api;
  let server: HttpServer;
  let ask: Ask;
  const printed: string[] = [];
  beforeAll(async () => {
    api = await openApi('example');
    server = await startHttp({ db: api.db, schema: api.schema });
    ask = askAt(server.url);
    await runExample(ask, (text) => printed.push(text));
  });
  afterAll(async () => {
    await server.close();
    await api.close();
  });

  test('files and derived tables are registered with their real columns', async () => {
    const { sourceObject } = (await ask(`{ sourceObject(source: "vega-datasets", name: "airports.csv") {
      attributes { nodes { name isKey dataType { name } } } readBy { nodes { name } } } }`)) as Record<string, any>;
    const { columns } = await read('airports.csv');
    expect(sourceObject.attributes.nodes).toEqual(
      columns.map(({ name, type }) => ({ name, isKey: name === 'iata', dataType: { name: type } })),
    );
    expect(sourceObject.readBy.nodes).toEqual([{ name: 'Load airports' }]);
    const { process } = (await ask(`{ process(name: "Publish delay report") { parents { nodes { process { name } } }
      sourceAttributes { nodes { attribute { name object { name } } } } } }`)) as Record<string, any>;
    expect(process.parents.nodes.map((each: any) => each.process.name)).toEqual(['Compare states', 'Summarise airport delays']);
    expect(process.sourceAttributes.nodes.map(({ attribute }: any) => `${attribute.object.name}.${attribute.name}`)).toEqual([
      ...['airport_delays.mean_delay', 'airport_delays.name', 'airport_delays.state'],
      ...['state_delays.code', 'state_delays.departures', 'state_delays.mean_delay', 'state_delays.name'],
    ]);
  });

  test('the questions are printed with their answers', async () => {
    const answers = (await Promise.all(questions.map(({ query }) => ask(query)))) as any[];
    expect(answers).toHaveLength(5);
    for (const [i, answer] of answers.entries())
      expect(printed).toContain(`\n${i + 1}. ${questions[i]!.asks}\n\n${questions[i]!.query}\n\n${formatJson(answer)}`);
    const [{ process: reading }, { sourceObject: origin }, { sourceObject: report }, { process: filtered }, { process: first }] = answers;

    const read = ({ attribute, alias }: any) => `${attribute.object.name}.${attribute.name}${alias ? ` as ${alias}` : ''}`;
    expect(reading.sourceAttributes.nodes.map(read)).toEqual(
      expect.arrayContaining(['flights.origin as iata', 'flights.delay', 'airports.state']),
    );
    expect(reading.targetAttributes.nodes.map(read)).toContain('airport_delays.mean_delay');
    expect(reading.attributeMappings.nodes).toContainEqual({
      from: { name: 'delay', object: { name: 'flights' } },
      to: { name: 'mean_delay' },
      transformation: 'aggregation',
      expression: 'round(avg(delay), 1)',
    });

    // Six steps back to the files.
    const { complete, nodes } = origin.lineage;
    expect(complete).toBe(true);
    expect(nodes.filter((node: any) => node.distance === 6).map((node: any) => node.subject.object)).toEqual(
      expect.arrayContaining(['airports.csv', 'flights-2k.json']),
    );
    expect(nodes.map((node: any) => node.subject.object)).not.toContain('gapminder.json');

    const [writer] = report.writtenBy.nodes;
    expect(writer.contacts.nodes[0]).toMatchObject({ contact: { email: 'reporting@example.org' }, roles: ['owner'], origin: 'PROCESS' });

    expect(filtered.filterPredicate).toBe("(warehouse.state_delays.departures >= 50) or (warehouse.state_delays.code in ('AK', 'HI'))");
    expect(filtered.ancestors.nodes).toContainEqual({
      distance: 2,
      process: { name: 'Load flights', filterPredicate: '"vega-datasets"."flights-2k.json".delay >= -45' },
    });

    expect(first.descendants.nodes.map(({ process, distance }: any) => [process.name, distance])).toEqual([
      ['Summarise airport delays', 1],
      ...[
        ['Compare states', 2],
        ['Publish delay report', 2],
      ],
    ]);
  });

  test('once more on the same server, nothing changes', async () => {
    const state = async () => {
      const tables = await api.sql<{ name: string }>(
        `select relname as name from pg_class where relnamespace = 'process_tracker'::regnamespace and relkind = 'r' order by 1`,
      );
      return Promise.all(
        tables.map(({ name }) =>
          api.sql(`select '${name}' as t, md5(string_agg(r::text, ',' order by r::text)) from process_tracker.${name} r`),
        ),
      );
    };
    const before = await state();
    const again: string[] = [];
    await exampleCommand(['--url', `${server.url}/`], (text) => again.push(text));
    expect(await state()).toEqual(before);
    expect(again.filter((line) => line.includes('was registered already'))).toHaveLength(processes.length);
  });
});

describe('the command', () => {
  const { error } = console;
  const said: unknown[] = [];
  beforeAll(() => void (console.error = (text) => said.push(text)));
  afterAll(() => void (console.error = error));
  afterEach(() => {
    said.length = 0;
    process.exitCode = 0;
  });
  const leftovers = async () => (await readdir(tmpdir())).filter((name) => name.startsWith(folderPrefix));

  test('without an address: in a store of its own, of which nothing stays behind', async () => {
    const before = await leftovers();
    const lines: string[] = [];
    await exampleCommand([], (text) => lines.push(text));
    expect(said).toEqual([]);
    expect(lines.at(-1)).toContain('temporary store');
    expect(await leftovers()).toEqual(before);
  });

  test.each([
    [['--url', 'http://127.0.0.1:1'], /^No server answers on http:\/\/127\.0\.0\.1:1\/graphql .*Is it running\?$/],
    [['--url', 'localhost:4000'], /^The server's address must be like http/],
    [['--uri'], /Unknown option '--uri'/],
  ])('%j ends with 1 and a sentence', async (argv, says) => {
    await exampleCommand(argv, () => undefined);
    expect(said).toEqual([expect.stringMatching(says)]);
    expect(process.exitCode).toBe(1);
  });
});
