import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ask, residentMemory } from './servers.js';
import { brief } from './statistics.js';

// By name, and not a page with its count: in a large store that is a few tens of milliseconds by itself.
const cheap = '{ process(name: "step 000001") { id name } }';
const lineage = `query ($roots: [ID!]!) { lineage(roots: $roots, direction: DOWNSTREAM, maxNodes: 100000) { complete
  nodes { subjectId distance subject { ... on Process { name } ... on SourceObject { name source { name } } } } edges { from to } } }`;

/** A client in a process of its own (client.js), so that reading its answers takes no time of ours. The answer of `stop` is what it has seen. */
export function startClient({ url }, query, variables = {}) {
  const child = fork(fileURLToPath(new URL('./client.js', import.meta.url)), [url, JSON.stringify({ query, variables })]);
  const seen = once(child, 'message');
  return {
    async stop() {
      child.send('stop');
      return (await seen)[0];
    },
  };
}

const percentile = (numbers, share) => numbers.toSorted((a, b) => a - b)[Math.ceil(numbers.length * share) - 1];
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Large answers one after the other, from so many clients at once. */
const lineageAnswers = (clients) => ({
  beside: `${clients} × a lineage answer of 100,000 nodes`,
  start: async ({ server, db, roots }) => {
    const [{ name, source }] = await db.query(
      'select source_object_name as name, source_name as source from source_object_lkup join source_lkup using (source_id) where source_object_id = $1',
      [roots.cut[0]],
    );
    const { sourceObject } = await ask(server, {
      query: 'query ($name: String!, $source: String!) { sourceObject(name: $name, source: $source) { id } }',
      variables: { name, source },
    });
    const asking = Array.from({ length: clients }, () => startClient(server, lineage, { roots: [sourceObject.id] }));
    return async () => {
      const all = await Promise.all(asking.map((each) => each.stop()));
      return `${brief(Math.max(...all.map(({ bytes }) => bytes)) / 1e6)} MB each, ${brief(Math.max(...all.flatMap(({ milliseconds }) => milliseconds)))} ms at most`;
    };
  },
});

/** Sends requests from here, so many at once, one after the other, whatever they answer. Stopping it does not wait for the last ones. */
function keepAsking(server, clients, bodyOf) {
  let stopped = false;
  let answered = 0;
  for (let i = 0; i < clients; i++)
    void (async () => {
      for (let n = 0; !stopped; n++) {
        await ask(server, bodyOf(i, n)).catch(() => undefined);
        answered++;
      }
    })();
  return () => {
    stopped = true;
    return answered;
  };
}

const start = `mutation ($name: String!) { startRun(input: {process: {name: $name, type: "Load", tool: "dbt"}, actor: {name: "bench"}}) {
  outcome fencingToken run { id } } }`;

/** Starts of one process, whose row another client keeps locked. */
const waitingWriters = (clients) => ({
  beside: `${clients} writers that wait for one lock`,
  start: async ({ server, pool }) => {
    await ask(server, { query: start, variables: { name: 'locked by another' } });
    const locker = await pool.connect();
    await locker.query(`begin; select from process_tracker.process where process_name = 'locked by another' for update`);
    const stop = keepAsking(server, clients, () => JSON.stringify({ query: start, variables: { name: 'locked by another' } }));
    return async () => {
      await locker.query('rollback');
      locker.release();
      return `${stop()} gave up`;
    };
  },
});

/** Texts of errors that are as long as they may be, and such that a careless pattern would take the square of their length. */
const hostileTexts = {
  beside: '2 MB of hostile error text',
  start: async ({ server }) => {
    const { startRun: run } = await ask(server, { query: start, variables: { name: 'hostile' } });
    const query = `mutation ($input: RaiseRunErrorInput!) { raiseRunError(input: $input) { run { id } } }`;
    const bodies = ['-eyJ', 'pwd=a;', 'https://a:'].map((text) => {
      const description = text.repeat(Math.floor(2_000_000 / text.length));
      return JSON.stringify({
        query,
        variables: { input: { run: { id: run.run.id }, type: 'Data Error', createType: true, description } },
      });
    });
    const stop = keepAsking(server, 1, (_, n) => bodies[n % bodies.length]);
    return async () => `${stop()} sent`;
  },
};

/** What a cheap query runs beside. A case is started with the store and its server, and answers how it is stopped, which may answer a note. */
const cases = [waitingWriters(10), lineageAnswers(1), lineageAnswers(4), hostileTexts];

/** The 99th percentile of a cheap query, alone and beside what one client does at its worst. */
export async function measureBeside({ store, quick, log }) {
  const { server } = store;
  const seconds = quick ? 4 : 15;
  const percentileOfCheap = async () => {
    const client = startClient(server, cheap);
    let memory = 0;
    for (let i = 0; i < seconds * 10; i++) {
      await wait(100);
      memory = Math.max(memory, (await residentMemory(server)) ?? 0);
    }
    const { milliseconds } = await client.stop();
    return { p99: percentile(milliseconds, 0.99), count: milliseconds.length, memory };
  };
  log('a cheap query alone');
  // Queries are compiled when they come again, and what runs first is slow.
  await percentileOfCheap();
  const quiet = await percentileOfCheap();
  const results = [
    { measure: 'a cheap query alone, 99th percentile', value: quiet.p99, unit: 'ms', note: `${brief(quiet.count)} of them` },
  ];
  for (const { beside, start } of cases) {
    log(`a cheap query beside ${beside}`);
    const stop = await start(store);
    const { p99, count, memory } = await percentileOfCheap();
    const note = await stop();
    results.push({
      measure: `a cheap query beside ${beside}, 99th percentile`,
      value: p99,
      unit: 'ms',
      against: `${brief(quiet.p99)} ms alone`,
      target: { atMost: Math.max(3 * quiet.p99, 30) },
      note: [`${brief(count)} of them`, note, memory && `${brief(memory - quiet.memory)} MB more in memory`].filter(Boolean).join('; '),
    });
  }
  return results;
}
