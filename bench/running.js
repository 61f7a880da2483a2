import { deepStrictEqual } from 'node:assert/strict';
import { Database } from '../dist/platform/database.js';
import { createOrm } from '../dist/app/store/orm.js';
import { createContext } from '../dist/platform/read/context.js';
import { learnShapes } from '../dist/platform/entity/rows.js';
import { startRun } from '../dist/run/start/start-run.js';
import { itemOf, reportRun } from '../dist/run/report/report-runs.js';
import { measurePythonStarts } from './python.js';
import { ask, startWaybill } from './servers.js';
import { brief, median, spread, timed } from './statistics.js';

const caller = { actor: 'bench', role: 'write' };

const startMutation = `mutation($input: StartRunInput!) { startRun(input: $input) { outcome fencingToken run { databaseId number } } }`;
const endMutation = `mutation($input: ReportRunInput!) { reportRun(input: $input) { changed run { number } } }`;

/** One start and end over HTTP, as an orchestrator does. */
async function runOverHttp(waybill, process) {
  const { startRun: started } = await ask(waybill, {
    query: startMutation,
    variables: { input: { process: { name: process }, actor: { name: 'bench' } } },
  });
  if (started.outcome !== 'STARTED') throw new Error(`${process}: ${started.outcome}`);
  const input = { run: { databaseId: started.run.databaseId }, fencingToken: started.fencingToken, status: 'completed', recordCount: 100 };
  await ask(waybill, { query: endMutation, variables: { input } });
}

const statements = {
  begin: `begin; select process_tracker.begin_write('bench', null, 'api')`,
  start: `select process_tracker.start_process_run($1::jsonb || jsonb_build_object('process', (select process_id from process where process_name = $2))) as answer`,
  run: 'select process_tracking_id as id, process_run_id as "number", fencing_token as "fencingToken" from process_tracking where process_tracking_id = $1',
  report: `select i, verdict from process_tracker.report_runs($1::jsonb, 'command')`,
};

/** The same statements, sent by this program. */
async function runByStatements(client, process) {
  const prepared = (name, values) => client.query({ name, text: statements[name], values });
  await client.query(statements.begin);
  const input = { processName: process, actor: 'bench' };
  const { rows } = await prepared('start', [JSON.stringify(input), process]);
  const { outcome, run } = rows[0].answer;
  if (outcome !== 'STARTED') throw new Error(`${process}: ${outcome}`);
  await client.query('commit');
  const read = await prepared('run', [run]);
  await client.query(statements.begin);
  const item = { id: run, to: 'completed', ends: true, token: read.rows[0].fencingToken, recordCount: '100', heartbeat: true };
  await prepared('report', [JSON.stringify([item])]);
  await client.query('commit');
  await prepared('run', [run]);
}

/** Lets each of the names be run `times` times, `names.length` at the same time; answers runs a second. */
async function rate(names, times, runOnce) {
  const { ms } = await timed(() =>
    Promise.all(
      names.map(async (name, i) => {
        for (let n = 0; n < times; n++) await runOnce(name, i);
      }),
    ),
  );
  return (1000 * names.length * times) / ms;
}

async function measureRates({ postgres, python, quick, log, atEnd }) {
  // The Python client calls its schema by the name of the database.
  const url = await postgres.create('process_tracker', 'empty_store');
  const waybill = await startWaybill(url, atEnd);
  const names = Array.from({ length: 16 }, (_, i) => `run ${i}`);
  const pool = postgres.pool(url, 16);
  const clients = await Promise.all(names.map(() => pool.connect()));
  await clients[0].query(`insert into process (process_name) select unnest($1::text[])`, [names]);
  const results = [];
  for (const connections of [1, 16]) {
    log(`runs with ${connections} connections`);
    const used = names.slice(0, connections);
    const times = Math.ceil((quick ? 160 : 800) / connections);
    const sides = {
      product: () => rate(used, times, (name) => runOverHttp(waybill, name)),
      statements: () => rate(used, times, (name, i) => runByStatements(clients[i], name)),
    };
    const rates = { product: [], statements: [] };
    for (let round = 0; round <= (quick ? 2 : 5); round++)
      for (const side of round % 2 ? ['product', 'statements'] : ['statements', 'product']) {
        const value = await sides[side]();
        if (round > 0) rates[side].push(value);
      }
    results.push({
      measure: `start and end of a run over HTTP, ${connections} connection${connections > 1 ? 's' : ''}`,
      value: median(rates.product.map((each, i) => each / rates.statements[i])),
      unit: 'times the runs/s',
      against: 'the same statements by `pg` from one program with as many connections',
      target: { atLeast: 0.5 },
      note: `${spread(rates.product)} against ${spread(rates.statements)} runs/s`,
    });
  }
  if (python) results.push(...(await measurePythonStarts({ url, quick, log })));
  for (const client of clients) client.release();
  await pool.end();
  return results;
}

/** Starts and ends of runs over HTTP on the server of the bench and on the embedded one, in turns. */
export async function measureServers({ postgres, embedded, quick, log, atEnd }) {
  const names = Array.from({ length: 16 }, (_, i) => `run ${i}`);
  const servers = {};
  for (const [side, server] of Object.entries({ embedded, other: postgres })) {
    const url = await server.create('servers_store');
    const pool = server.pool(url, 1);
    await pool.query(`insert into process (process_name) select unnest($1::text[])`, [names]);
    // It answers no where it is switched off, as it is on connections of Waybill.
    await pool.query('set jit = on');
    const { rows } = await pool.query(`select current_setting('server_version') as version, pg_jit_available() as jit`);
    await pool.end();
    servers[side] = { ...rows[0], waybill: await startWaybill(url, atEnd), rates: [] };
  }
  log('runs on both servers');
  for (let round = 0; round <= (quick ? 2 : 5); round++)
    for (const side of round % 2 ? ['embedded', 'other'] : ['other', 'embedded']) {
      const value = await rate(names, quick ? 10 : 50, (name) => runOverHttp(servers[side].waybill, name));
      if (round > 0) servers[side].rates.push(value);
    }
  const described = ({ version, jit, rates }) => `${version}${jit ? ' with LLVM' : ''}: ${spread(rates)} runs/s`;
  return [
    {
      measure: 'start and end of a run over HTTP, 16 connections, on this server',
      value: median(servers.embedded.rates.map((each, i) => each / servers.other.rates[i])),
      unit: 'times the time',
      against: 'the embedded PostgreSQL',
      target: { atMost: 1.5 },
      note: `${described(servers.other)}; embedded ${described(servers.embedded)}`,
    },
  ];
}

/** What a start needs that also registers 3 sources × 5 objects × 20 attributes. */
async function measureRoundTrips({ postgres, log }) {
  log('round trips of a start');
  const pool = postgres.pool(await postgres.create('round_trips_store', 'empty_store'), 1);
  let sent = 0;
  const client = await pool.connect();
  const query = client.query.bind(client);
  client.query = (...args) => ((sent += 1), query(...args));
  client.release();
  const ctx = createContext(new Database(pool), caller, 'bench');
  const attributes = Array.from({ length: 20 }, (_, n) => ({ name: `column ${n}`, dataType: 'text' }));
  const objects = Array.from({ length: 5 }, (_, n) => ({ name: `table ${n}`, attributes }));
  const sources = Array.from({ length: 3 }, (_, n) => ({ name: `source ${n}`, objects }));
  const started = [];
  for (const process of [{ name: 'wide', type: 'Load', tool: 'cron', sources }, { name: 'wide' }]) {
    sent = 0;
    const { ms, answer } = await timed(() => startRun(ctx, { process }));
    deepStrictEqual(answer.outcome, 'STARTED');
    started.push({ sent, ms });
    await ctx.write(async (tx) => reportRun(tx, { databaseId: answer.run }, await itemOf({ status: 'completed' })));
  }
  await pool.end();
  const [wide, known] = started;
  return [
    {
      measure: 'a start that registers 3 sources × 5 objects × 20 attributes',
      value: wide.sent,
      unit: 'round trips to PostgreSQL',
      target: { atMost: 6 },
      note: `BEGIN with settings, and COMMIT counted; ${brief(wide.ms)} ms. A start of a known process: ${known.sent}`,
    },
  ];
}

/** A start and end in a table of a thousand and of a million runs, in turns. */
async function measureManyRuns({ postgres, quick, log }) {
  const sizes = { small: 1_000, large: quick ? 100_000 : 1_000_000 };
  const processes = 100;
  const stores = {};
  for (const [name, runs] of Object.entries(sizes)) {
    log(`filling a store with ${runs} runs`);
    const pool = postgres.pool(await postgres.create(`${name}_runs_store`, 'empty_store'), 1);
    await pool.query(`insert into process (process_name) select 'process ' || n from generate_series(1, ${processes}) n`);
    await pool.query('alter table process_tracking disable trigger user');
    await pool.query(
      `insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, process_run_end_date_time, started_at, ended_at,
         is_latest_run, process_run_record_count)
       select p.process_id, 2, n, t::timestamp, t::timestamp, t, t, n = ${runs / processes}, n
       from process p cross join generate_series(1, ${runs / processes}) n cross join lateral (select now() - (${runs / processes} - n) * interval '1 minute' as t) x`,
    );
    await pool.query('alter table process_tracking enable trigger user');
    await pool.query('vacuum analyze process_tracking');
    stores[name] = createContext(new Database(pool), caller, 'bench');
  }
  const times = { small: [], large: [] };
  const count = quick ? 100 : 400;
  for (let n = 0; n < count + 20; n++)
    for (const name of n % 2 ? ['small', 'large'] : ['large', 'small']) {
      const ctx = stores[name];
      const { ms, answer } = await timed(() => startRun(ctx, { process: { name: `process ${1 + (n % processes)}` } }));
      await ctx.write(async (tx) => reportRun(tx, { databaseId: answer.run }, await itemOf({ status: 'completed' })));
      if (n >= 20) times[name].push(ms);
    }
  for (const { db } of Object.values(stores)) await db.pool.end();
  return [
    {
      measure: `a start with ${brief(sizes.large)} runs in the table`,
      value: median(times.large) / median(times.small),
      unit: 'times the milliseconds',
      against: `a start with ${brief(sizes.small)} runs`,
      target: { atMost: 1.3 },
      note: `${brief(median(times.large))} against ${brief(median(times.small))} ms, medians of ${count}`,
    },
  ];
}

/** Runs: started and ended, by one caller and by many, in small tables and large ones. */
export async function measureRunning(bench) {
  learnShapes(createOrm('postgres://localhost/none').em);
  // Another part may have made it.
  await bench.postgres.create('empty_store').catch(() => undefined);
  return [...(await measureRoundTrips(bench)), ...(await measureRates(bench)), ...(await measureManyRuns(bench))];
}
