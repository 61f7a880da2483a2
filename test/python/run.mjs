/**
 * Lets the Python client of ProcessTracker work on a store that Waybill makes: its own database tests, or with --parallel-starts several starts of one
 * process at once, by the client alone and by the client and Waybill's server. Skipped with a sentence where Python or the client is missing. The tests empty whole tables, so the store is always a new one.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const here = fileURLToPath(new URL('.', import.meta.url));
const modules = ['sqlalchemy', 'sqlalchemy_utils', 'psycopg2', 'click', 'boto3', 'dateutil'];
const suites = ['test_cli', 'test_extract_tracker', 'test_location_tracker', 'test_process_tracker', 'utilities.test_utilities'];
const expected = { run: 170, skipped: 5, failed: 0 };
const starters = 6;
const rounds = 5;
const mixedRounds = 10;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());

/** A child process that dies with us, and all it prints. */
function start(command, args, options = {}) {
  const child = spawn(command, args, { ...options, signal: stop.signal });
  const ended = new Promise((settle, reject) => {
    let [out, err] = ['', ''];
    child.stderr.on('data', (chunk) => (err += chunk));
    if (!options.spoken) child.stdout.on('data', (chunk) => (out += chunk));
    child.on('error', reject);
    child.on('close', (code) => settle({ code, out: out.trim(), err }));
  });
  ended.catch(() => {});
  return { child, ended };
}

/** The first interpreter that has what the client imports; SQLAlchemy 2 refuses the client's plain-text statements. */
async function findPython() {
  const probe = `import sys, ${modules.join(', ')}\nassert sqlalchemy.__version__ < '2'\nprint(sys.executable)`;
  for (const candidate of [process.env.PROCESS_TRACKER_PYTHON, 'python3', '/usr/bin/python3'].filter(Boolean)) {
    const { code, out } = await start(candidate, ['-W', 'ignore', '-c', probe]).ended.catch(() => ({ code: 1 }));
    if (code === 0) return out;
  }
}

/** One sentence about what is missing, or nothing. */
function missing(client, python) {
  if (!client || !existsSync(join(client, 'tests', 'test_process_tracker.py')))
    return 'PROCESS_TRACKER_PYTHON_CLIENT must name a checkout of https://github.com/OpenDataAlex/process_tracker_python (commit b8ef389).';
  if (!python)
    return `no python3 has the modules ${modules.join(', ')} (SQLAlchemy below 2): install them, or name an interpreter in PROCESS_TRACKER_PYTHON.`;
}

/** A new store on a cluster of our own (or on the server of TEST_DATABASE_URL), and a role with no more rights than a client needs. */
async function makeStore(folder, run) {
  const dist = new URL('../../dist/app/', import.meta.url);
  if (!existsSync(new URL('store/migrate.js', dist))) throw new Error('Waybill is not compiled: npm run build');
  const { migrate } = await import(new URL('store/migrate.js', dist));
  const { useEmbeddedPostgres } = await import(new URL('embedded/use-postgres.js', dist));
  const given = process.env.TEST_DATABASE_URL;
  const server = given ? { url: given, leave: async () => {} } : await useEmbeddedPostgres({ dataDir: join(folder, 'cluster') });
  const name = `process_tracker_${randomBytes(4).toString('hex')}`;
  const own = Object.assign(new URL(server.url), { pathname: name });
  const password = randomBytes(12).toString('hex');
  const drop = async () => {
    await sql(server.url, `drop database if exists ${name} with (force)`, `drop role if exists ${name}`).finally(() => server.leave());
  };
  try {
    await sql(server.url, `create database ${name}`, `create role ${name} login password '${password}'`);
    const state = await migrate(own.href);
    if (state.kind !== 'ready') throw new Error(`The new store is ${state.kind}: ${state.reason}`);
    const tables = 'import process_tracker.utilities.data_store as d; print(*d.Base.metadata.tables, sep=",")';
    const { code, out, err } = await run(['-W', 'ignore', '-c', tables]).ended;
    if (code !== 0) throw new Error(err);
    await sql(
      own.href,
      `grant usage on schema process_tracker to ${name}`,
      `grant usage on all sequences in schema process_tracker to ${name}`,
      `grant select, insert, update, delete on ${out} to ${name}`,
    );
  } catch (error) {
    await drop();
    throw error;
  }
  return { url: own.href, host: own.hostname, port: own.port || '5432', name, password, drop };
}

async function sql(url, ...statements) {
  const client = new pg.Client(url);
  await client.connect();
  try {
    let rows = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}

const configuration = ({ name, password, host, port }) => `[DEFAULT]
log_level = ERROR
max_concurrent_failures = 5
data_store_type = postgresql
data_store_username = ${name}
data_store_password = ${password}
data_store_host = ${host}
data_store_port = ${port}
data_store_name = ${name}
`;

/** The client's own tests. */
async function runTests(run) {
  const { err } = await run(['-W', 'ignore', '-m', 'unittest', ...suites.map((suite) => `tests.${suite}`)]).ended;
  const end = /^Ran (\d+) tests? in [^]*/m.exec(err) ?? ['', '0'];
  const result = { run: Number(end[1]), skipped: 0, failed: 0 };
  for (const [, what, number] of end[0].matchAll(/(skipped|failures|errors|unexpected successes)=(\d+)/g))
    result[what === 'skipped' ? 'skipped' : 'failed'] += Number(number);
  const good = Object.entries(expected).every(([what, number]) => result[what] === number) && /^OK/m.test(end[0]);
  if (!good) console.error(err);
  console.log(`Python client: ${result.run} run, ${result.skipped} skipped, ${result.failed} failed`);
  return good;
}

/** A server on the store, and what it answers. */
async function startServer(store) {
  const env = { ...process.env, DATABASE_URL: store.url, WAYBILL_PORT: '0', WAYBILL_LOG_LEVEL: 'error' };
  const { child, ended } = start(process.execPath, [fileURLToPath(new URL('../../dist/app/main.js', import.meta.url))], {
    spoken: true,
    env,
  });
  let address;
  for await (const line of createInterface({ input: child.stdout })) if ((address = /^Waybill answers on (\S+)/.exec(line)?.[1])) break;
  if (!address) throw new Error((await ended).err);
  const ask = async (query) => {
    const headers = { 'content-type': 'application/json', 'waybill-actor': 'Parallel' };
    const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify({ query }) });
    const { data, errors } = await response.json();
    if (errors) throw new Error(JSON.stringify(errors));
    return Object.values(data)[0];
  };
  return { ask, stop: () => (child.kill(), ended) };
}

/** The first answer of a start by GraphQL, or of its end. */
const byGraphql = (server) => {
  let id;
  return async (command) => {
    if (command === 'complete') return server.ask(`mutation { reportRun(input: { run: { id: "${id}" }, status: "completed" }) { done } }`);
    const { outcome, run } = await server.ask(
      'mutation { startProcessRun(input: { process: { name: "Parallel starts" } }) { outcome run { id } } }',
    );
    id = run?.id;
    return outcome === 'STARTED' ? 'started' : outcome === 'ALREADY_RUNNING' ? 'refused' : outcome;
  };
};

/** In each round every starter starts the same process at the same moment: one may win, and its run is the only one that runs. */
async function startInParallel(run, store) {
  const all = Array.from({ length: starters }, () => {
    const { child, ended } = run([join(here, 'starts.py')], { spoken: true });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const answer = async () => (await lines.next()).value ?? Promise.reject(new Error((await ended).err));
    return { answer, child, ask: (command) => (child.stdin.write(`${command}\n`), answer()) };
  });
  const server = await startServer(store);
  let runs = 0;
  /** Answers how many rounds each of the starters won; undefined where a round went wrong. */
  const play = async (who, asks, times) => {
    const won = asks.map(() => 0);
    for (let round = 1; round <= times; round++) {
      const answers = await Promise.all(asks.map((ask) => ask('start')));
      const winners = asks.filter((_, index) => answers[index] === 'started');
      const [found] = await sql(
        store.url,
        `select count(*)::int as runs, count(*) filter (where process_status_name = 'running')::int as running, count(*) filter (where is_latest_run)::int as latest,
           max(process_run_id) as number from process_tracker.process_tracking join process_tracker.process_status_lkup using (process_status_id)`,
      );
      runs++;
      const refused = answers.filter((answer) => answer.startsWith('refused')).length;
      if (
        winners.length !== 1 ||
        refused !== asks.length - 1 ||
        found.running !== 1 ||
        found.latest !== 1 ||
        found.runs !== runs ||
        found.number !== runs
      ) {
        console.error(answers.join('\n'), found);
        console.log(
          `${who}: ${asks.length} parallel starts, round ${round}: ${winners.length} started, ${found.running} running, ${found.latest} latest`,
        );
        return undefined;
      }
      won[asks.indexOf(winners[0])]++;
      await winners[0]('complete');
    }
    console.log(`${who}: ${asks.length} parallel starts, ${times} rounds: 1 running run and ${asks.length - 1} refusals in each`);
    return won;
  };
  try {
    await Promise.all(all.map(({ answer }) => answer()));
    // The rows that a first start makes (actor, tool, process) are not what this is about.
    await all[0].ask('start');
    await all[0].ask('complete');
    runs++;
    const python = all.map(({ ask }) => ask);
    if (!(await play('Python client', python, rounds))) return false;
    // A start by GraphQL is the faster one: in the second half they come one by one while the client is at it, so that both sides win.
    const waybill = (delay) =>
      all.map((_, index) => {
        const ask = byGraphql(server);
        return async (command) => (command === 'start' && (await sleep((index + 1) * delay)), ask(command));
      });
    for (const delay of [0, 150]) {
      const won = await play('Python client and Waybill', [...python, ...waybill(delay)], mixedRounds);
      if (!won) return false;
      const sum = (list) => list.reduce((a, b) => a + b, 0);
      console.log(`  won by Python: ${sum(won.slice(0, starters))}, by Waybill: ${sum(won.slice(starters))}`);
    }
    return true;
  } finally {
    for (const { child } of all) child.kill();
    await server.stop();
  }
}

const client = process.env.PROCESS_TRACKER_PYTHON_CLIENT && resolve(process.env.PROCESS_TRACKER_PYTHON_CLIENT);
const python = await findPython();
const lacks = missing(client, python);
if (lacks) {
  console.log(`Python client: skipped, ${lacks}`);
} else {
  // The cluster may run as another user, who must be able to walk to its folder.
  const folder = await mkdtemp(join(tmpdir(), 'waybill-python-'));
  await chmod(folder, 0o711);
  const home = join(folder, 'home');
  const env = {
    ...process.env,
    HOME: home,
    // Where pip puts a user's own packages follows HOME, which is moved.
    PYTHONUSERBASE: process.env.PYTHONUSERBASE ?? join(homedir(), '.local'),
    PYTHONPATH: [client, join(here, 'stand-in'), process.env.PYTHONPATH].filter(Boolean).join(delimiter),
    PYTHONDONTWRITEBYTECODE: '1',
    // The client writes local times without a zone; a new store's zone is UTC.
    TZ: 'UTC',
    // On Travis the client's tests skip more.
    TRAVIS: 'false',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const run = (args, options) => start(python, args, { ...options, cwd: client, env });
  let store;
  try {
    store = await makeStore(folder, run);
    await mkdir(join(home, '.process_tracker'), { recursive: true, mode: 0o700 });
    await writeFile(join(home, '.process_tracker', 'process_tracker_config.ini'), configuration(store), { mode: 0o600 });
    const good = process.argv.includes('--parallel-starts') ? await startInParallel(run, store) : await runTests(run);
    process.exitCode = good ? 0 : 1;
  } catch (error) {
    console.error(stop.signal.aborted ? 'Interrupted.' : error);
    process.exitCode = 1;
  } finally {
    await store?.drop();
    await rm(folder, { recursive: true, force: true });
  }
}
