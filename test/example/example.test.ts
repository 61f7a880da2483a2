import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { askAt, type Ask } from '../../src/example/ask.js';
import { exampleCommand } from '../../src/app/commands/example-command.js';
import { datasets } from '../../src/example/datasets.js';
import { formatJson, formatTable } from '../../src/example/format.js';
import { DataError } from '../../src/example/process.js';
import { processes } from '../../src/example/processes.js';
import { catalogueQuestions, fileQuestions, runQuestions } from '../../src/example/questions.js';
import { readTable, tableOf, typeOf, type Table } from '../../src/example/read-table.js';
import { runExample } from '../../src/example/run-example.js';
import { fileOf, knownTables, readInputs, writeOutput } from '../../src/example/tables.js';
import { folderPrefix } from '../../src/example/run-example.js';
import { openApi, type Api } from '../support/api.js';
import { copyDatabase, createDatabase, type TestDatabase } from '../support/cluster.js';
import { startHttp, type HttpServer } from '../support/http.js';

const read = (file: string) => readTable(new URL(`../../node_modules/vega-datasets/data/${file}`, import.meta.url));
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

describe('the processes, without a server', () => {
  /** All tables of the example, those that processes make from files of theirs, each of what those before it wrote. */
  const tables = new Map<string, Table & { key: string[] }>();
  const failures: [string, unknown][] = [];
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'waybill-tables-'));
    for (const { file, key } of datasets) tables.set(file, { key, ...(await read(file)) });
    for (const process of processes) {
      const { inputs } = await readInputs(process, folder);
      const { object, key } = process.writes;
      const derive = () => {
        try {
          return process.derive(...inputs);
        } catch (error) {
          failures.push([process.name, error]);
          // What would be if there were only the rows that it knows what to do with.
          return process.derive(inputs[0]!.filter(({ damage }) => damage !== 'B' && damage !== 'C'));
        }
      };
      await writeOutput(process, derive(), folder);
      tables.set(object, { key, ...(await readTable(fileOf(object, folder))) });
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('read what is there, and each makes rows of the columns that it says', async () => {
    for (const { name, reads, writes } of processes) {
      expect([name, tables.get(writes.object)!.rows.length > 0]).toEqual([name, true]);
      expect([name, typesOf(tables.get(writes.object)!)]).toEqual([name, writes.columns]);
      for (const { from, columns } of reads)
        expect(tables.get(from)!.columns.map((column) => column.name)).toEqual(expect.arrayContaining(columns ?? []));
    }
    // Every file is read by a process: else it would not be registered.
    const readFiles = new Set(processes.flatMap(({ reads }) => reads.map(({ from }) => from)));
    expect(datasets.map(({ file }) => file).filter((file) => !readFiles.has(file))).toEqual([]);
    expect([...(await knownTables())].map(([name, { columns }]) => [name, columns])).toEqual(
      [...tables].map(([name, table]) => [name, typesOf(table)]),
    );
    for (const { key, columns, rows } of tables.values()) {
      expect(columns.map(({ name }) => name)).toEqual(expect.arrayContaining(key));
      if (key.length) expect(new Set(rows.map((row) => JSON.stringify(key.map((name) => row[name])))).size).toBe(rows.length);
    }
  });

  test('what they say of themselves is true', () => {
    const values = (table: string, column: string) => new Set(tables.get(table)!.rows.map((row) => row[column]));
    for (const { name, reads, filters = [], writes, mappings } of processes) {
      const written = tables.get(writes.object)!.columns.map((column) => column.name);
      expect([name, [...new Set(mappings.map(({ to }) => to))].sort()]).toEqual([name, written.toSorted()]);
      for (const { from, column, to, transformation } of mappings) {
        if (transformation !== 'identity') continue;
        const known = values(from, column);
        expect([name, to, [...values(writes.object, to)].filter((value) => !known.has(value))]).toEqual([name, to, []]);
      }
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

  test('one fails, for what its file really holds', () => {
    const strange = tables.get('birdstrikes.csv')!.rows.filter((row) => ['B', 'C'].includes(String(row['Effect Amount of damage'])));
    expect(new Set(strange.map((row) => row['Aircraft Airline Operator']))).toEqual(new Set(['MILITARY']));
    expect(failures).toEqual([['Load bird strikes', expect.any(DataError)]]);
    expect((failures[0]![1] as Error).message).toMatch(`${strange.length} of 10000 rows`);
  });
});

test('an answer is printed in lines that fit', () => {
  const answer = { short: [{ a: 1 }, []], long: Array.from({ length: 9 }, (_, i) => ({ name: 'x'.repeat(20), i })) };
  const text = formatJson(answer);
  expect(JSON.parse(text)).toEqual(answer);
  expect(text).toContain('  "short": [{ "a": 1 }, []],\n');
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
});

test('a table is printed with numbers on the right', () => {
  expect(
    formatTable([
      { name: 'a', n: 10 },
      { name: 'bcdef', n: null },
    ]),
  ).toBe('name    n\na      10\nbcdef   –');
});

describe('on a server', () => {
  let first: TestDatabase;
  let own: TestDatabase;
  let api: Api;
  let server: HttpServer;
  let ask: Ask;
  const group = 'the "first" night';
  const printed: string[] = [];
  const open = async ({ url }: TestDatabase) => {
    api = await openApi('example', url);
    server = await startHttp({ db: api.db, schema: api.schema });
    ask = askAt(server.url);
  };
  const close = async () => {
    await server.close();
    await api.close();
  };
  beforeAll(async () => {
    first = await createDatabase('example');
    await open(first);
    await runExample(ask, (text) => printed.push(text), { group });
    await close();
  });
  afterAll(() => first.drop());
  // What each test does to the store is its own.
  beforeEach(async () => {
    own = await copyDatabase(first.url, 'example_copy');
    await open(own);
  });
  afterEach(async () => {
    await close();
    await own.drop();
  });

  test('files and derived tables are registered with their real columns', async () => {
    const { sourceObject } = await ask<any>(`{ sourceObject(source: "vega-datasets", name: "airports.csv") {
      attributes { nodes { name isKey dataType { name } } } readBy { nodes { name } } } }`);
    const { columns } = await read('airports.csv');
    expect(sourceObject.attributes.nodes).toEqual(
      columns.map(({ name, type }) => ({ name, isKey: name === 'iata', dataType: { name: type } })),
    );
    expect(sourceObject.readBy.nodes).toEqual([{ name: 'Load airports' }]);
    const { process } = await ask<any>(`{ process(name: "Publish delay report") { parents { nodes { process { name } } }
      sourceAttributes { nodes { attribute { name object { name } } } } } }`);
    expect(process.parents.nodes.map((each: any) => each.process.name)).toEqual(['Compare states', 'Summarise airport delays']);
    expect(process.sourceAttributes.nodes.map(({ attribute }: any) => `${attribute.object.name}.${attribute.name}`)).toEqual([
      ...['airport_delays.mean_delay', 'airport_delays.name', 'airport_delays.state'],
      ...['state_delays.code', 'state_delays.departures', 'state_delays.mean_delay', 'state_delays.name'],
    ]);
  });

  test('the questions are printed with their answers', async () => {
    const questions = [...catalogueQuestions, ...runQuestions(group), ...fileQuestions];
    const answers = (await Promise.all(questions.map(({ query }) => ask(query)))) as any[];
    expect(answers).toHaveLength(12);
    for (const [i, { asks, query, show = formatJson }] of questions.entries())
      expect(printed).toContain(`\n${i + 1}. ${asks}\n\n${query}\n\n${show(answers[i])}`);
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

  test('each process that may run has run, with what it read and wrote', async () => {
    const { runGroup } = await ask<any>(`{ runGroup(key: ${JSON.stringify(group)}) { closedAt runs(orderBy: { field: STARTED_AT }) {
      nodes { process { name } number state endReason recordCount insertCount leaseSeconds idempotencyKey lowWatermark highWatermark
        errors { nodes { type { name } description } } } } } }`);
    const runs = new Map(runGroup.runs.nodes.map((run: any) => [run.process.name, run])) as Map<string, any>;
    expect(runGroup.closedAt).not.toBeNull();
    expect([...runs.keys()].sort()).toEqual(processes.map(({ name }) => name).sort());
    expect(runs.get('Load flights')).toMatchObject({
      ...{ number: 1, state: 'COMPLETED', recordCount: '2000', insertCount: '1997', leaseSeconds: 60, idempotencyKey: group },
      ...{ lowWatermark: '2001-01-01T06:55:00.000000Z', highWatermark: '2001-03-31T21:42:00.000000Z' },
    });
    expect(runs.get('Publish delay report')).toMatchObject({ state: 'COMPLETED', insertCount: '16', lowWatermark: null });
    expect(runs.get('Load bird strikes')).toMatchObject({
      ...{ state: 'FAILED', recordCount: '10000', insertCount: '0' },
      errors: { nodes: [{ type: { name: 'Data Error' }, description: expect.stringMatching(/^15 of 10000 rows/) }] },
    });
    for (const name of ['Summarise bird strikes', 'Publish bird strike report'])
      expect(runs.get(name)).toMatchObject({ state: 'SKIPPED', endReason: 'PARENT_FAILED' });
    const others = [...runs.values()].filter(({ state }) => state === 'COMPLETED');
    expect(others).toHaveLength(7);

    expect(printed).toContain('  Load flights: 2000 rows read, 1997 written');
    expect(printed).toContain('  Summarise bird strikes: blocked by Load bird strikes (FAILED)');
    const table = printed.find((text) => text.includes('7. What ran, for how long'))!;
    expect(table).toMatch(/^Load bird strikes +1 {2}FAILED +10000 +0 +\d+\.\d\d$/m);
    expect(table).toMatch(/^Publish bird strike report +1 {2}SKIPPED +0 +0 +–$/m);
  });

  test('what is blocked, why, and whom to call, is answered', async () => {
    const [progress, , last, may, why] = (await Promise.all(runQuestions(group).map(({ query }) => ask(query)))) as any[];
    expect(progress.runGroup.progress).toEqual({
      ...{ state: 'PARTIAL', expected: 10, total: 10, completed: 7, failed: 1, skipped: 2, percentFinished: 100 },
    });
    expect(last.process.latestRun).toMatchObject({
      ...{ inputs: { nodes: [{ name: 'flights-2k.json' }] }, outputs: { nodes: [{ name: 'flights' }] }, actor: { name: 'example' } },
      parameters: [{ name: 'vega-datasets', value: expect.stringMatching(/^\d+\./) }],
    });
    expect(may.canStart).toEqual({
      outcome: 'BLOCKED',
      blockers: [{ kind: 'HARD', process: { name: 'Load bird strikes' }, state: 'FAILED' }],
    });
    expect(why.whyBlocked.causes).toMatchObject([
      { distance: 1, blocks: true, state: 'SKIPPED', process: { name: 'Summarise bird strikes' } },
      { distance: 2, blocks: false, state: 'FAILED', process: { name: 'Load bird strikes' } },
    ]);
    const { process, errors } = why.whyBlocked.causes[1];
    expect(process.name).toBe('Load bird strikes');
    expect(errors).toMatchObject([{ type: { name: 'Data Error' } }]);
    expect(process.contacts.nodes).toContainEqual({
      contact: { name: 'Data platform on call', email: 'data-platform-oncall@example.org' },
      roles: ['on call'],
      origin: 'PROCESS',
    });
  });

  test('the journey of a file is told, and why one was not loaded', async () => {
    const [journey, failure] = (await Promise.all(fileQuestions.map(({ query }) => ask(query)))) as any[];
    const run = (name: string) => ({ process: { name }, number: 1 });
    const { history, ...flights } = journey.file;
    expect(flights).toEqual({
      ...{ status: { name: 'loaded' }, writeRecordCount: '1997', errors: { totalCount: 0 } },
      versions: {
        nodes: [
          {
            ...{ isCurrent: true, hashAlgorithm: 'sha256', hash: expect.stringMatching(/^[0-9a-f]{64}$/), sizeBytes: expect.any(String) },
            ...{ rowsRead: '1997', rowsWritten: '155', targetObject: { name: 'airport_delays' } },
          },
        ],
      },
      runs: {
        nodes: [
          { run: run('Summarise airport delays'), status: { name: 'loaded' } },
          { run: run('Load flights'), status: { name: 'ready' } },
        ],
      },
    });
    expect(history.nodes.map(({ to }: any) => to)).toEqual(['loaded', 'loading', 'ready', 'initializing']);
    const told = printed.find((text) => text.startsWith('\n11. What was the journey'))!;
    expect(told).toMatch(/ initializing +example\n.* ready +example\n.* loading +example\n.* loaded +example\n\n\{/);

    expect(failure.file).toEqual({
      ...{ status: { name: 'error' }, nextAttemptAt: null },
      errors: {
        nodes: [
          {
            ...{ attempt: 1, type: { name: 'Data Error' }, message: expect.stringMatching(/^15 of 10000/), retryable: false },
            run: run('Load bird strikes'),
          },
        ],
      },
    });
    // What was read a second time was no more claimed.
    expect(printed).toContain('  Publish delay report: 202 rows read, 16 written; ALREADY_DONE: airport_delays.json');
    const { files } = await ask<any>('{ files { nodes { fileName location { name } status { name } } } }');
    const statuses = new Map(files.nodes.map((each: any) => [`${each.location.name}/${each.fileName}`, each.status.name]));
    expect(statuses.size).toBe(datasets.length + 7);
    expect(statuses.get('example/vega-datasets/airports.csv')).toBe('loaded');
    // Nobody reads a report.
    expect(statuses.get('example/reports/delays_by_state.json')).toBe('ready');
  });

  const reprocess = (fileName: string) =>
    ask('mutation ($input: ReprocessFileInput!) { reprocessFile(input: $input) { changed } }', {
      input: { file: { location: 'example/vega-datasets', fileName }, reason: 'to see who loads it' },
    });
  const claimIt = (fileName: string, owner: string) =>
    ask('mutation ($input: ClaimFileInput!) { claimFile(input: $input) { outcome } }', {
      input: { file: { location: 'example/vega-datasets', fileName }, owner, leaseSeconds: 600 },
    });

  const limitFailures = (failureLimit: number) =>
    ask('mutation ($input: UpdateProcessInput!) { updateProcess(input: $input) { process { name } } }', {
      input: { process: { name: 'Load bird strikes' }, failureLimit },
    });

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

  test('once more in the same group, nothing changes', async () => {
    const before = await state();
    const again: string[] = [];
    await exampleCommand(['--url', `${server.url}/`, '--group', group], (text) => again.push(text));
    expect(await state()).toEqual(before);
    expect(again.filter((line) => line.includes('was registered already'))).toHaveLength(processes.length);
    expect(again).toContainEqual(expect.stringContaining('were run already'));
  });

  test('in a group that somebody broke off, what has run is not repeated, and what runs is taken up', async () => {
    await ask('mutation ($input: ReopenRunGroupInput!) { reopenRunGroup(input: $input) { changed } }', {
      input: { group: { key: group }, reason: 'to see what is repeated' },
    });
    for (const process of ['Load states', 'Summarise airport delays'])
      await ask('mutation ($input: ReopenRunInput!) { reopenRun(input: $input) { changed } }', {
        input: { run: { process, number: 1 }, reason: 'as if it had been broken off', leaseSeconds: 60 },
      });
    await reprocess('obesity.json');
    await claimIt('obesity.json', `Load states, ${group}`);
    const again: string[] = [];
    await runExample(ask, (text) => again.push(text), { group });
    expect(again).toContain('  Load flights: had its run: COMPLETED');
    expect(again).toContain('  Load bird strikes: had its run: FAILED');
    expect(again).toContain('  Summarise bird strikes: blocked by Load bird strikes (FAILED)');
    expect(again).toContain('  Load states: 102 rows read, 50 written; ALREADY_DONE: population_engineers_hurricanes.csv');
    // What it reads went with the folder of those who broke off.
    expect(again).toContainEqual(expect.stringMatching(/^ {2}Summarise airport delays: failed: ENOENT/));
    const { runErrors } = await ask<any>('{ runErrors(first: 1) { nodes { type { name } run { process { name } } } } }');
    expect(runErrors.nodes).toEqual([{ type: { name: 'File Error' }, run: { process: { name: 'Summarise airport delays' } } }]);
    const { runs } = await ask<any>('{ runs { totalCount } }');
    expect(runs.totalCount).toBe(processes.length);
  });

  test('in another group all run once more; what failed too often is put on hold', async () => {
    await limitFailures(2);
    for (const file of ['gapminder.json', 'gapminder-health-income.csv']) await reprocess(file);
    await claimIt('gapminder.json', 'somebody');
    const second: string[] = [];
    await runExample(ask, (text) => second.push(text), { group: 'night 2' });
    expect(second).toContain('  Load flights: 2000 rows read, 1997 written; ALREADY_DONE: flights-2k.json');
    expect(second).toContain('  Load bird strikes: failed: The claim of birdstrikes.csv was answered by FAILED_PERMANENT.');
    expect(second).toContain('  Compare countries: failed: The claim of gapminder.json was answered by BUSY.');
    // Its other file was given back untouched.
    const { file } = await ask<any>(
      '{ file(location: "example/vega-datasets", fileName: "gapminder-health-income.csv") { status { name } attempt owner } }',
    );
    expect(file).toEqual({ status: { name: 'ready' }, attempt: 0, owner: null });
    const third: string[] = [];
    await runExample(ask, (text) => third.push(text), { group: 'night 3' });
    expect(third).toContain('  Load bird strikes: not started: ON_HOLD');
    expect(third).toContain('  Summarise bird strikes: blocked by Load bird strikes (ON_HOLD)');
    expect(third).toContainEqual(
      expect.stringMatching(/^ {2}Publish delay report: 202 rows read, 16 written; ALREADY_DONE: state_delays.json, /),
    );
  });

  test('a file that failed for good is tried again when a person says so', async () => {
    const reason = 'military aircraft are told otherwise now';
    await limitFailures(1);
    await runExample(ask, () => undefined, { group: 'night 2' });
    await ask('mutation ($input: RetryFileInput!) { retryFile(input: $input) { changed } }', {
      input: { file: { location: 'example/vega-datasets', fileName: 'birdstrikes.csv' }, reason },
    });
    await ask('mutation ($input: ReleaseProcessInput!) { releaseProcess(input: $input) { changed } }', {
      input: { process: { name: 'Load bird strikes' }, reason },
    });
    const fourth: string[] = [];
    await runExample(ask, (text) => fourth.push(text), { group: 'night 4' });
    expect(fourth).toContainEqual(expect.stringMatching(/^ {2}Load bird strikes: failed: 15 of/));
    const { file } = await ask<any>(fileQuestions[1]!.query);
    expect(file.errors.nodes).toHaveLength(2);
  });

  test('a process that was renamed in the store is run by its name of before', async () => {
    await runExample(ask, () => undefined, { group: 'night 5' });
    const rename =
      'mutation ($name: String!, $newName: String!) { updateProcess(input: { process: { name: $name }, newName: $newName }) { process { name } } }';
    await ask(rename, { name: 'Compare states', newName: 'Compare the states' });
    try {
      const said: string[] = [];
      await runExample(ask, (text) => said.push(text), { group: 'night 6' });
      expect(said).toContainEqual(expect.stringMatching(/^ {2}Compare the states: \d+ rows read/));
    } finally {
      await ask(rename, { name: 'Compare the states', newName: 'Compare states' });
    }
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

  test('--keep leaves the tables that were made, and says where', async () => {
    const lines: string[] = [];
    await exampleCommand(['--keep'], (text) => lines.push(text));
    const [, folder] =
      /^\nThe tables that they made are in (.+)$/m.exec(lines.find((line) => line.includes('they made are in')) ?? '') ?? [];
    try {
      expect((await readdir(join(folder!, 'warehouse'))).sort()).toEqual([
        ...['airport_delays.json', 'airports.json', 'countries.json', 'flights.json', 'state_delays.json', 'states.json'],
      ]);
      expect((await readTable(pathToFileURL(join(folder!, 'reports', 'delays_by_state.json')))).rows).toHaveLength(16);
    } finally {
      await rm(folder!, { recursive: true });
    }
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
