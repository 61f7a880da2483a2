// The product's decorators want it first.
import 'reflect-metadata';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { Database } from '../dist/platform/database.js';
import { measureBeside } from './beside.js';
import { catalogueSizes, fillCatalogue } from './catalogue.js';
import { measureComputed } from './computed.js';
import { measureFiles } from './files.js';
import { fillGraph, graphSizes, smallGraphSizes } from './graph.js';
import { startPostgres, usePostgres } from './postgres.js';
import { measureReading } from './reading.js';
import { measureRegistering, measureRegisteringOverHttp } from './registering.js';
import { printTable, rowOf } from './report.js';
import { measureRunning, measureServers } from './running.js';
import { residentMemory, startPostGraphile, startWaybill } from './servers.js';
import { measureAnswer, measureWalking } from './walking.js';

const parts = ['reading', 'walking', 'answer', 'registering', 'running', 'files', 'computed', 'beside'];
const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: parts },
    'database-url': { type: 'string', default: process.env.BENCH_DATABASE_URL },
  },
});
const unknown = flags.only.find((part) => !parts.includes(part));
if (unknown) throw new Error(`--only takes ${parts.join(', ')}, not ${unknown}.`);
const { quick, 'database-url': otherUrl } = flags;

const log = (line) => console.error(`${new Date().toISOString().slice(11, 19)} ${line}`);

// What was started is ended the other way round, also when somebody has seen enough.
const endings = [];
const atEnd = (end) => endings.push(end);
let ending;
const endAll = () =>
  (ending ??= (async () => {
    while (endings.length)
      await endings
        .pop()()
        .catch((error) => log(error.message));
  })());
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void endAll().then(() => process.exit(130)));

const packageVersion = async (path) => JSON.parse(await readFile(new URL(path, import.meta.url), 'utf8')).version;

async function head(pool) {
  const [{ model } = {}] = cpus();
  const { rows } = await pool.query('show server_version');
  return {
    machine: `${cpus().length} × ${model?.trim() || 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}`,
    versions: {
      waybill: await packageVersion('../package.json'),
      node: process.version,
      postgresql: rows[0].server_version,
      postgraphile: await packageVersion('./node_modules/postgraphile/package.json'),
      pg: await packageVersion('./node_modules/pg/package.json'),
      autocannon: await packageVersion('./node_modules/autocannon/package.json'),
    },
    quick,
    at: new Date().toISOString(),
    loadBefore: loadavg()[0],
  };
}

async function makeStore(postgres, name, graph) {
  log(`filling the ${name} store`);
  const url = await postgres.create(name);
  const pool = postgres.pool(url);
  const client = await pool.connect();
  await fillCatalogue(client, catalogueSizes(quick));
  const made = await fillGraph(client, graph);
  // New rows are numbered behind those that were filled in.
  for (const [table, key] of [
    ['contact_lkup', 'contact_id'],
    ['source_lkup', 'source_id'],
    ['source_object_lkup', 'source_object_id'],
    ['source_object_attribute_lkup', 'source_object_attribute_id'],
    ['process', 'process_id'],
  ])
    // prettier-ignore
    await client.query(`select setval(pg_get_serial_sequence('${table}', '${key}'), max(${key})) from ${table}`);
  await client.query('vacuum analyze');
  client.release();
  return { url, pool, db: new Database(pool), ...made };
}

async function run() {
  const wanted = (part) => flags.only.includes(part);
  const postgres = otherUrl ? usePostgres(otherUrl, atEnd) : await startPostgres(atEnd);
  const large = await makeStore(postgres, 'large', graphSizes(quick));
  const about = await head(large.pool);
  const waybill = (large.server = await startWaybill(large.url, atEnd));
  const results = [];

  if (wanted('reading')) {
    const postgraphile = await startPostGraphile(large.url, atEnd);
    const { processes } = catalogueSizes(quick);
    results.push(...(await measureReading({ waybill, postgraphile, processes, quick, log })));
  }
  if (wanted('walking')) results.push(...(await measureWalking({ ...large, quick, log })));
  if (wanted('answer')) {
    const small = await makeStore(postgres, 'small', smallGraphSizes);
    small.server = await startWaybill(small.url, atEnd);
    results.push(...(await measureAnswer({ large, small, quick, log })));
  }
  if (wanted('registering')) {
    const count = quick ? 400 : 2_000;
    results.push(
      ...(await measureRegistering({ postgres, count, quick, log })),
      ...(await measureRegisteringOverHttp({ waybill, count, log })),
    );
  }
  if (wanted('running')) {
    results.push(...(await measureRunning({ postgres, python: !otherUrl, quick, log, atEnd })));
    if (otherUrl) results.push(...(await measureServers({ postgres, embedded: await startPostgres(atEnd), quick, log, atEnd })));
  }
  if (wanted('computed')) results.push(...(await measureComputed({ postgres, quick, log, atEnd })));
  if (wanted('files')) results.push(...(await measureFiles({ postgres, quick, log, atEnd })));
  const memory = await residentMemory(waybill);
  if (memory) results.push({ measure: 'resident memory of the server after all this', value: memory, unit: 'MB', target: { atMost: 300 } });
  // What one client does at its worst comes last: its rows say themselves what memory it takes.
  if (wanted('beside')) results.push(...(await measureBeside({ store: large, quick, log })));

  const rows = results.map(rowOf);
  about.loadAfter = loadavg()[0];
  await writeFile(new URL('./results.json', import.meta.url), `${JSON.stringify({ ...about, results: rows }, null, 2)}\n`);
  printTable(about, rows);
}

try {
  await run();
} catch (error) {
  // What breaks because it is being ended is no news.
  if (!ending) console.error(error);
  process.exitCode = 1;
}
await endAll();
process.exit();
