import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { ask, startWaybill } from './servers.js';
import { brief, median, spread, timed } from './statistics.js';

const place = { name: 'bench' };
const claimMutation = 'mutation($input: ClaimFileInput!) { claimFile(input: $input) { outcome fencingToken } }';
const mutationOf = (name, type, results) => `mutation($input: ${type}!) { ${name}(input: $input) { results { ${results} } } }`;
const registerMutation = mutationOf('registerFiles', 'RegisterFilesInput', 'created file { databaseId } error { message }');
const reportMutation = mutationOf('reportFiles', 'ReportFilesInput', 'changed error { message }');

const statements = {
  begin: `begin; select process_tracker.begin_write('bench', null, 'api')`,
  look: 'select extract_id as id from extract_tracking where extract_id = $1',
  claim: 'select i, id, answer from process_tracker.claim_extracts($1::jsonb)',
};

/** The same statements, sent by this program. */
async function claimByStatements(client, id, owner) {
  const prepared = (name, values) => client.query({ name, text: statements[name], values });
  await client.query(statements.begin);
  await prepared('look', [id]);
  const { rows } = await prepared('claim', [JSON.stringify([{ id, owner, leaseSeconds: 300 }])]);
  await client.query('commit');
  if (rows[0].answer.outcome !== 'CLAIMED') throw new Error(JSON.stringify(rows[0]));
}

async function claimOverHttp(waybill, id, owner) {
  const { claimFile } = await ask(waybill, { query: claimMutation, variables: { input: { file: { databaseId: id }, owner } } });
  if (claimFile.outcome !== 'CLAIMED') throw new Error(JSON.stringify(claimFile));
}

/** Files that are ready, by their numbers. */
async function makeFiles(pool, name, count) {
  const { rows } = await pool.query(
    `insert into extract_tracking (extract_filename, extract_location_id, extract_status_id, extract_registration_date_time)
     select $1 || n, l.location_id, s.extract_status_id, now()::timestamp from generate_series(1, $2::int) n
     cross join location_lkup l join extract_status_lkup s on s.extract_status_name = 'ready' where l.location_name = 'bench' returning extract_id as id`,
    [name, count],
  );
  return rows.map(({ id }) => id);
}

async function measureClaims({ pool, waybill, quick, log }) {
  const connections = 16;
  log(`claims with ${connections} connections`);
  const clients = await Promise.all(Array.from({ length: connections }, () => pool.connect()));
  const count = quick ? 320 : 1_600;
  const rates = { product: [], statements: [] };
  for (let round = 0; round <= (quick ? 2 : 5); round++)
    for (const side of round % 2 ? ['product', 'statements'] : ['statements', 'product']) {
      const ids = await makeFiles(pool, `claimed ${side} ${round} `, count);
      const { ms } = await timed(() =>
        Promise.all(
          clients.map(async (client, i) => {
            for (let n = i; n < count; n += connections)
              await (side === 'product' ? claimOverHttp(waybill, ids[n], `worker ${i}`) : claimByStatements(client, ids[n], `worker ${i}`));
          }),
        ),
      );
      if (round > 0) rates[side].push((1000 * count) / ms);
    }
  for (const client of clients) client.release();
  return {
    measure: `claims of files over HTTP, ${connections} connections`,
    value: median(rates.product.map((each, i) => each / rates.statements[i])),
    unit: 'times the claims/s',
    against: 'the same statements by `pg` from one program with as many connections',
    target: { atLeast: 0.5 },
    note: `${spread(rates.product)} against ${spread(rates.statements)} claims/s`,
  };
}

async function measureMany({ waybill, quick, log }) {
  const count = 1_000;
  log(`registering and moving ${count} files`);
  const times = { register: [], move: [] };
  for (let round = 0; round < (quick ? 2 : 5); round++) {
    const files = Array.from({ length: count }, (_, n) => ({ fileName: `many ${round} ${n}.csv`, status: 'ready', size: '2.2 MB' }));
    const registered = await timed(() => ask(waybill, { query: registerMutation, variables: { input: { location: place, files } } }));
    times.register.push(registered.ms);
    const reports = registered.answer.registerFiles.results.map(({ file }) => ({
      file: { databaseId: file.databaseId },
      status: 'loading',
    }));
    const moved = await timed(() => ask(waybill, { query: reportMutation, variables: { input: { reports } } }));
    times.move.push(moved.ms);
    const wrong = [...registered.answer.registerFiles.results, ...moved.answer.reportFiles.results].filter(({ error }) => error);
    if (wrong.length) throw new Error(JSON.stringify(wrong[0]));
  }
  return [
    {
      measure: `registering ${brief(count)} files in one call`,
      value: median(times.register),
      unit: 'ms',
      note: `${spread(times.register)} ms`,
    },
    {
      measure: `bringing ${brief(count)} files to loading in one call`,
      value: median(times.move),
      unit: 'ms',
      note: `${spread(times.move)} ms`,
    },
  ];
}

async function measureFinding({ pool, waybill, quick, log }) {
  const count = quick ? 100_000 : 1_000_000;
  const times = { few: [], many: [] };
  const find = async (list) => {
    for (let n = 0; n < (quick ? 50 : 200); n++) {
      const name = `file ${1 + ((n * 7919) % 1_000)}`;
      const query = 'query($name: String!) { files(where: { fileName: { eq: $name } }) { nodes { databaseId status { name } } } }';
      const { ms, answer } = await timed(() => ask(waybill, { query, variables: { name } }));
      if (answer.files.nodes.length !== 1) throw new Error(`${name} was found ${answer.files.nodes.length} times`);
      list.push(ms);
    }
  };
  await makeFiles(pool, 'file ', 1_000);
  await find([]);
  await find(times.few);
  log(`filling in ${count} files`);
  await pool.query('alter table extract_tracking disable trigger user');
  await pool.query(
    `insert into extract_tracking (extract_filename, extract_location_id, extract_status_id, extract_registration_date_time, registered_at)
     select 'other ' || n, l.location_id, 2, now()::timestamp, now() from generate_series(1, $1::int) n cross join location_lkup l where l.location_name = 'bench'`,
    [count],
  );
  await pool.query('alter table extract_tracking enable trigger user');
  await pool.query('vacuum analyze extract_tracking');
  await find(times.many);
  return {
    measure: `finding a file by name among ${brief(count)}`,
    value: median(times.many) / median(times.few),
    unit: 'times the milliseconds',
    against: 'the same among a few thousand',
    note: `${brief(median(times.many))} against ${brief(median(times.few))} ms over HTTP`,
  };
}

/** Subscribers of a server over WebSocket; `told` is called with each change. Answers how to end them. */
async function subscribe(waybill, count, told) {
  const clients = Array.from({ length: Math.ceil(count / 50) }, () =>
    createClient({ url: waybill.url.replace('http', 'ws'), webSocketImpl: WebSocket, lazy: false, retryAttempts: 0 }),
  );
  const query = 'subscription { changes(kinds: [PROCESS]) { event { id field to } } }';
  const endings = Array.from({ length: count }, (_, i) =>
    clients[i % clients.length].subscribe({ query }, { next: ({ data }) => told(data.changes.event), error: console.error, complete() {} }),
  );
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  return async () => {
    for (const end of endings) end();
    for (const client of clients) await client.dispose();
  };
}

async function measureLive({ pool, waybill, quick, log }) {
  log('changes with and without subscribers');
  await pool.query(`insert into process (process_name) values ('watched')`);
  const change = (n) =>
    ask(waybill, {
      query: 'mutation($input: UpdateProcessInput!) { updateProcess(input: $input) { process { rowVersion } } }',
      variables: { input: { process: { name: 'watched' }, description: `change ${n}` } },
    });
  const times = { alone: [], watched: [] };
  let n = 0;
  let heard = 0;
  for (let round = 0; round <= (quick ? 2 : 6); round++)
    for (const side of round % 2 ? ['alone', 'watched'] : ['watched', 'alone']) {
      const end = side === 'watched' ? await subscribe(waybill, 100, () => (heard += 1)) : async () => undefined;
      for (let i = 0; i < 60; i++) {
        const { ms } = await timed(() => change((n += 1)));
        if (round > 0 && i >= 10) times[side].push(ms);
        // As changes come: not as fast as they can be made.
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await end();
    }
  if (!heard) throw new Error('no subscriber heard anything');

  log('from a change to its subscriber');
  const arrived = new Map();
  const end = await subscribe(waybill, 1, ({ to }) => arrived.set(to, performance.now()));
  const sent = new Map();
  for (let i = 0; i < (quick ? 50 : 300); i++) {
    const said = `delay ${i}`;
    // From the sending on: how long after its commit a change is answered is another matter.
    sent.set(said, performance.now());
    await ask(waybill, {
      query: 'mutation($input: UpdateProcessInput!) { updateProcess(input: $input) { process { id } } }',
      variables: { input: { process: { name: 'watched' }, description: said } },
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await end();
  const delays = [...sent].map(([said, at]) => Math.max(0, (arrived.get(said) ?? Infinity) - at)).toSorted((a, b) => a - b);
  if (!Number.isFinite(delays.at(-1))) throw new Error('a change was not told');
  return [
    {
      measure: 'a change with 100 subscribers',
      value: median(times.watched) / median(times.alone),
      unit: 'times the milliseconds',
      against: 'a change without any',
      target: { atMost: 1.2 },
      note: `${brief(median(times.watched))} against ${brief(median(times.alone))} ms over HTTP`,
    },
    {
      measure: 'from the sending of a change to its arrival at a subscriber',
      value: median(delays),
      unit: 'ms',
      note: `99th percentile ${brief(delays[Math.floor(delays.length * 0.99)])} ms`,
    },
  ];
}

/** Files: claimed, registered, moved, found; and changes told to those who watch. */
export async function measureFiles({ postgres, quick, log, atEnd }) {
  await postgres.create('empty_store').catch(() => undefined);
  const url = await postgres.create('files_store', 'empty_store');
  const waybill = await startWaybill(url, atEnd);
  const pool = postgres.pool(url, 20);
  await ask(waybill, { query: 'mutation { createLocation(input: { name: "bench", path: "/bench" }) { location { id } } }' });
  const bench = { pool, waybill, quick, log };
  const results = [await measureClaims(bench), ...(await measureMany(bench)), ...(await measureLive(bench)), await measureFinding(bench)];
  await pool.end();
  return results;
}
