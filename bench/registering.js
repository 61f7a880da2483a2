import { deepStrictEqual } from 'node:assert/strict';
import { Database } from '../dist/platform/database.js';
import { registerEach } from '../dist/process/register-processes.js';
import { ask } from './servers.js';
import { brief, median, spread, sum, timed } from './statistics.js';

const batchSize = 200;
const batchesOf = (list) =>
  Array.from({ length: Math.ceil(list.length / batchSize) }, (_, i) => list.slice(i * batchSize, (i + 1) * batchSize));

const attributes = Array.from({ length: 20 }, (_, n) => ({
  name: `column ${n + 1}`,
  dataType: ['integer', 'text', 'date'][n % 3],
  isKey: n === 0,
  ordinal: n + 1,
  description: `The value number ${n + 1}.`,
}));

/** Processes that each read one object of twenty attributes and write another. */
const makeRequests = (count) =>
  Array.from({ length: count }, (_, i) => ({
    name: `registered ${i}`,
    type: i % 2 ? 'Load' : 'Extract',
    tool: i % 3 ? 'Airflow' : 'cron',
    description: `Makes table ${i}.`,
    contacts: [{ name: `team ${i % 50}` }],
    sources: [{ name: `landing zone ${i % 10}`, objects: [{ name: `file ${i}`, attributes }] }],
    targets: [{ name: `mart ${i % 10}`, objects: [{ name: `table ${i}`, attributes }] }],
  }));

const triggered = ['tool_lkup', 'process_type_lkup', 'data_type_lkup', 'contact_lkup', 'source_lkup', 'source_object_lkup', 'source_object_attribute_lkup',
  'process', 'process_source_object_attribute', 'process_target_object_attribute', 'process_source_object', 'process_target_object',
  'process_source', 'process_target', 'process_contact']; // prettier-ignore

/** Rows by their place: one list a column. */
const columns = (rows, ...names) => names.map((name) => rows.map((row) => row[name]));

/**
 * The bench's own way to the same rows: one `insert … select … unnest` a table, a transaction a batch. Without triggers it makes the
 * coarser links itself.
 */
async function insertByUnnest(client, requests, triggers) {
  const insert = async (table, names, types, values, ending = '') => {
    const list = types.map((type, i) => `$${i + 1}::${type}[]`).join(', ');
    const text = `insert into ${table} (${names}) select * from unnest(${list}) ${ending}`;
    const { rows } = await client.query({ name: table, text, values });
    return rows.map(({ id }) => id);
  };
  /** Look-ups: what is new is added, then all are read. */
  const known = async (table, key, name, names) => {
    const wanted = [...new Set(names)];
    await insert(table, name, ['text'], [wanted], 'on conflict do nothing');
    const { rows } = await client.query(`select ${key} as id, ${name} as name from ${table} where ${name} = any($1)`, [wanted]);
    const ids = new Map(rows.map(({ id, name }) => [name, id]));
    return names.map((each) => ids.get(each));
  };
  for (const batch of batchesOf(requests)) {
    await client.query(`begin; select begin_write('bench', null, 'api')`);
    const tools = await known('tool_lkup', 'tool_id', 'tool_name', columns(batch, 'tool')[0]);
    const types = await known('process_type_lkup', 'process_type_id', 'process_type_name', columns(batch, 'type')[0]);
    const contacts = await known('contact_lkup', 'contact_id', 'contact_name', batch.map((each) => each.contacts[0].name)); // prettier-ignore
    const processes = await insert(
      'process',
      'process_name, process_type_id, process_tool_id, description',
      ['text', 'int', 'int', 'text'],
      [columns(batch, 'name')[0], types, tools, columns(batch, 'description')[0]],
      'returning process_id as id',
    );
    await insert('process_contact', 'process_id, contact_id', ['int', 'int'], [processes, contacts]);
    for (const [side, target, list] of [
      ['source', '', 'sources'],
      ['target', 'target_', 'targets'],
    ]) {
      const sources = await known('source_lkup', 'source_id', 'source_name', batch.map((each) => each[list][0].name)); // prettier-ignore
      const names = batch.map((each) => each[list][0].objects[0].name);
      const objects = await insert(
        'source_object_lkup',
        'source_id, source_object_name',
        ['int', 'text'],
        [sources, names],
        'returning source_object_id as id',
      );
      const rows = batch.flatMap((each, i) =>
        each[list][0].objects[0].attributes.map((attribute) => ({ ...attribute, process: processes[i], object: objects[i] })),
      );
      const dataTypes = await known('data_type_lkup', 'data_type_id', 'data_type', columns(rows, 'dataType')[0]);
      const attributeIds = await insert(
        'source_object_attribute_lkup',
        'source_object_id, source_object_attribute_name, data_type_id, is_key, ordinal, description',
        ['int', 'text', 'int', 'boolean', 'int', 'text'],
        [...columns(rows, 'object', 'name'), dataTypes, ...columns(rows, 'isKey', 'ordinal', 'description')],
        'returning source_object_attribute_id as id',
      );
      const link = (granularity, column, owners, ids, implied = '') =>
        insert(
          `process_${side}${granularity}`,
          `process_id, ${column}${implied && ', implied, declared'}`,
          ['int', 'int', ...(implied && ['boolean', 'boolean'])],
          [owners, ids, ...(implied && [ids.map(() => true), ids.map(() => false)])],
        );
      await link('_object_attribute', `${side}_object_attribute_id`, columns(rows, 'process')[0], attributeIds);
      if (triggers) continue;
      await link('_object', `${side}_object_id`, processes, objects, 'implied');
      await link('', `${target}source_id`, processes, sources, 'implied');
    }
    await client.query('commit');
  }
}

/** All that a registration makes, so that both ways can be seen to make the same. */
async function contentsOf(client) {
  const { rows } = await client.query(`
    select ${triggered.map((table) => `(select count(*)::int from ${table}) as ${table}`).join(', ')}, (select count(*)::int from status_event) as events,
      (select md5(string_agg(concat_ws('|', process_name, source_name, source_object_name, source_object_attribute_name, data_type, is_key, ordinal, a.description), ';'
          order by process_name, source_object_name, ordinal))
        from process_source_object_attribute join process using (process_id) join source_object_attribute_lkup a using (source_object_attribute_id)
        join data_type_lkup using (data_type_id) join source_object_lkup using (source_object_id) join source_lkup using (source_id)) as names`);
  return rows[0];
}

/** Registering through the product's service, batched as the API does, against plain inserts; each into a new store. */
export async function measureRegistering({ postgres, count, quick, log }) {
  log(`registering ${count} processes`);
  await postgres.create('empty_store');
  const requests = makeRequests(count);
  const times = { product: [], inserts: [], bare: [] };
  let statements = 0;
  const ways = {
    async product(pool) {
      pool.on('connect', (client) => {
        const query = client.query.bind(client);
        client.query = (...args) => ((statements += 1), query(...args));
      });
      const db = new Database(pool);
      statements = 0;
      const outcomes = await registerEach((work) => db.write({ actor: 'bench' }, work), requests);
      deepStrictEqual(
        outcomes.filter((each) => !each.created),
        [],
      );
    },
    inserts: (_, client) => insertByUnnest(client, requests, true),
    bare: (_, client) => insertByUnnest(client, requests, false),
  };
  for (let round = 0; round < (quick ? 2 : 3); round++) {
    const contents = {};
    const names = Object.keys(ways);
    for (const way of round % 2 ? names.reverse() : names) {
      const pool = postgres.pool(await postgres.create('register_store', 'empty_store'), 2);
      const client = await pool.connect();
      if (way === 'bare') for (const table of triggered) await client.query(`alter table ${table} disable trigger user`);
      times[way].push((await timed(() => ways[way](pool, client))).ms);
      contents[way] = await contentsOf(client);
      client.release();
      await pool.end();
      await postgres.drop('register_store');
    }
    deepStrictEqual(contents.product, contents.inserts);
    deepStrictEqual({ ...contents.bare, events: 0 }, { ...contents.product, events: 0 });
  }
  const rates = Object.fromEntries(Object.entries(times).map(([way, all]) => [way, all.map((ms) => (1000 * count) / ms)]));
  const against = (way) => rates.product.map((rate, i) => rate / rates[way][i]);
  const measure = `registering ${brief(count)} processes with 40 attributes each`;
  return [
    {
      measure,
      value: median(against('inserts')),
      unit: 'times the processes/s',
      against: "the same rows by insert … select unnest, with the store's triggers",
      target: { atLeast: 1 / 3 },
      note: `${spread(rates.product)} against ${spread(rates.inserts)} processes/s`,
    },
    {
      measure,
      value: median(against('bare')),
      unit: 'times the processes/s',
      against: 'the same rows by insert … select unnest, without triggers: no history, coarser links made by hand',
      note: `${spread(rates.product)} against ${spread(rates.bare)} processes/s`,
    },
    { measure, value: statements / count, unit: 'statements a process', note: `${statements} statements from the program to PostgreSQL` },
  ];
}

/** The same through the API, into the store that is there. */
export async function measureRegisteringOverHttp({ waybill, count, log }) {
  log(`registering ${count} processes over HTTP`);
  const query = 'mutation($input: RegisterProcessesInput!) { registerProcesses(input: $input) { results { created error { message } } } }';
  const times = [];
  for (const processes of batchesOf(makeRequests(count))) {
    const { ms, answer } = await timed(() => ask(waybill, { query, variables: { input: { processes } } }));
    deepStrictEqual(
      answer.registerProcesses.results.filter((each) => each.error),
      [],
    );
    times.push(ms);
  }
  return [
    {
      measure: `registering ${brief(count)} processes over HTTP, into the large store`,
      value: (1000 * count) / sum(times),
      unit: 'processes/s',
      note: `${batchSize} a request; ${spread(times)} ms a request`,
    },
  ];
}
