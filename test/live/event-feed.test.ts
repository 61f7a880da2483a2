import pg from 'pg';
import { announceChanges, feedsOf } from '../../src/live/feed.js';
import type { Database } from '../../src/platform/database.js';
import { openApi, type Api } from '../support/api.js';
import { connect } from '../support/http.js';
import { eventNumber, listen, short, untilSettled, type Listening, type Told } from '../support/live.js';

let api: Api;
let reader: Database;
let clients: pg.Client[] = [];
let subscriptions: Listening[] = [];
beforeEach(async () => {
  api = await openApi('live_order');
  reader = connect(api.url);
  announceChanges(reader, { pollMs: 25, kept: 500 });
  clients = [];
  subscriptions = [];
});
afterEach(async () => {
  // A test that fails has not left, and its feed would go on.
  await Promise.all(subscriptions.map((each) => each.leave()));
  await Promise.all(clients.map((client) => client.end()));
  await reader.pool.end();
  await api.close();
});

/** A connection of a client that knows nothing of us. */
async function foreign(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: api.url, options: '-c search_path=process_tracker' });
  clients.push(client);
  await client.connect();
  return client;
}

async function files(count: number): Promise<number[]> {
  await api.sql(`insert into location_type_lkup (location_type_name) values ('s3') on conflict do nothing`);
  await api.sql(
    `insert into location_lkup (location_name, location_path, location_type_id) select 'lake', 's3://lake', location_type_id from location_type_lkup where location_type_name = 's3'`,
  );
  const rows = await api.sql<{ id: number }>(
    `insert into extract_tracking (extract_filename, extract_location_id, extract_registration_date_time, extract_status_id)
     select 'file ' || n, location_id, now(), 1 from location_lkup, generate_series(1, $1) n order by n returning extract_id as id`,
    [count],
  );
  return rows.map(({ id }) => id);
}

const begin = async (client: pg.Client) => {
  await client.query('begin; select pg_current_xact_id()');
  return client;
};
const move = (client: pg.Client | Database['pool'], id: number, status: number) =>
  client.query('update extract_tracking set extract_status_id = $2 where extract_id = $1', [id, status]);

async function on(args = '', more = ''): Promise<Listening> {
  const subscription = await listen(api, args, more, reader);
  subscriptions.push(subscription);
  return subscription;
}

test('C28 what a long transaction holds back comes after it, in order per file, and nothing else waits longer than it must', async () => {
  const [a, b, c] = (await files(3)) as [number, number, number];
  const told = await on();
  const [early, long, late] = await Promise.all([foreign(), foreign(), foreign()]);
  await begin(early);
  await begin(long);
  await move(late, a, 2);
  await move(early, b, 2);
  // Older than the long one, and yet its change of `a` comes after that of the later one, which has to wait.
  await move(early, a, 3);
  await early.query('commit');
  expect(await told.rest()).toEqual([]);
  await move(long, c, 2);
  await long.query('commit');
  expect((await told.rest(4)).map(short)).toEqual([
    'file 1 status: initializing → ready',
    'file 2 status: initializing → ready',
    'file 1 status: ready → loading',
    'file 3 status: initializing → ready',
  ]);
  await told.leave();
});

test('changes of older transactions do not wait for a younger one that runs', async () => {
  const [a, b] = (await files(2)) as [number, number];
  const told = await on();
  const long = await foreign();
  await move(await foreign(), a, 2);
  await begin(long);
  await move(long, b, 2);
  expect((await told.rest(1)).map(short)).toEqual(['file 1 status: initializing → ready']);
  await long.query('rollback');
  await move(long, b, 3);
  expect(short(await told.next())).toBe('file 2 status: initializing → loading');
  await told.leave();
});

test('a subscription begins with what was not committed when it began', async () => {
  const [a, b] = (await files(2)) as [number, number];
  const long = await begin(await foreign());
  await move(long, a, 2);
  // Committed before, though its transaction is younger than one that runs.
  await move(await foreign(), b, 2);
  const told = await on();
  await long.query('commit');
  expect((await told.rest(1)).map(short)).toEqual(['file 1 status: initializing → ready']);
  await told.leave();
});

test('a subscription goes on after a cursor: in the middle of a transaction, at its end, and after changesCursor', async () => {
  await files(5);
  await untilSettled(api);
  const { changesCursor } = await api.run('{ changesCursor }');
  await api.sql('update extract_tracking set extract_status_id = 2');
  const told = await on(`after: ${JSON.stringify(changesCursor)}`);
  const all = await told.take(5);
  await told.leave();
  for (const [i, { cursor }] of all.entries()) {
    const again = await on(`after: ${JSON.stringify(cursor)}`);
    expect((await again.rest(4 - i, 80)).map((each) => each.event.id)).toEqual(all.slice(i + 1).map((each) => each.event.id));
    await again.leave();
  }
});

test('a cursor from a store that is ahead of this one is refused, and so is text that is none', async () => {
  const { changesCursor } = await api.run('{ changesCursor }');
  const [name, lo, hi, id] = JSON.parse(Buffer.from(changesCursor, 'base64url').toString()) as [string, string, string, string];
  const cursor = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  const ahead = (BigInt(hi) + 1000n).toString();
  for (const wrong of [
    cursor(name, lo, ahead, id),
    cursor(name, ahead, ahead, id),
    cursor(name, hi, (BigInt(lo) - 1n).toString(), id),
    cursor('runs', lo, hi, id),
    cursor(name, lo, hi),
    cursor(name, lo, hi, '-1'),
    cursor(name, lo, hi, '9223372036854775808'),
    'anything',
  ])
    await expect(listen(api, `after: ${JSON.stringify(wrong)}`)).rejects.toMatchObject({
      code: 'INVALID',
      details: { argument: 'after', value: wrong },
    });
});

test('a transaction of many pages comes whole to a slow subscriber who is far behind, also after a cursor in its middle', async () => {
  await files(3_500);
  const told = await on();
  await api.sql('update extract_tracking set extract_status_id = 2');
  await api.sql('update extract_tracking set extract_status_id = 3 where extract_id % 2 = 0');
  const first = await told.take(1);
  // The feed has gone on meanwhile, and has thrown away what it keeps (500 changes).
  await new Promise((resolve) => setTimeout(resolve, 300));
  const all = [...first, ...(await told.take(5_249))];
  expect(await told.rest(0, 100)).toEqual([]);
  await told.leave();
  const events = await api.sql(
    `select event_id as id from status_event where field = 'status' and from_value is not null order by event_id`,
  );
  expect(all.map((each) => eventNumber(each.event.id))).toEqual(events.map(({ id }) => String(id)));
  for (const from of [999, 1_000, 3_499, 5_248]) {
    const again = await on(`after: ${JSON.stringify(all[from]!.cursor)}`);
    const rest = await again.take(5_249 - from);
    expect([rest.length, await again.rest(0, 60)]).toEqual([5_249 - from, []]);
    expect(rest[0]?.event.id).toBe(all[from + 1]?.event.id);
    await again.leave();
  }
});

test('C28 subscriptions: state changes delivered in order per file, each once, to one who is cut off ten times while two servers and others write', async () => {
  const subjects = await files(40);
  await untilSettled(api);
  const { changesCursor } = await api.run('{ changesCursor }');
  const servers = [connect(api.url), connect(api.url)];
  for (const server of servers) announceChanges(server);
  const wanted = 5_000;
  let written = 0;
  const pick = () => subjects[Math.floor(Math.random() * subjects.length)]!;
  const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 12));
  const status = () => 1 + Math.floor(Math.random() * 7);
  const serverWrites = async (db: Database) => {
    while (written < wanted)
      await db.write({ actor: 'server' }, async (tx) => {
        const ids = [...new Set([pick(), pick(), pick()])].sort((x, y) => x - y);
        for (const id of ids) {
          written += (
            await tx.query(
              `update extract_tracking set extract_status_id = $2 where extract_id = $1 and extract_status_id is distinct from $2 returning 1 as done`,
              [id, status()],
            )
          ).length;
          if (Math.random() < 0.1) await pause();
        }
      });
  };
  // Each transaction has its number long before it writes, so that numbers of transactions say nothing of the order.
  const plainWrites = async () => {
    const client = await foreign();
    while (written < wanted) {
      await begin(client);
      await pause();
      const { rowCount } = await client.query(
        `update extract_tracking set extract_status_id = $2 where extract_id = $1 and extract_status_id is distinct from $2`,
        [pick(), status()],
      );
      const keep = Math.random() < 0.9;
      await client.query(keep ? 'commit' : 'rollback');
      if (keep) written += rowCount!;
    }
  };
  const all: Told[] = [];
  const lastCursor = () => JSON.stringify(all.at(-1)?.cursor ?? changesCursor);
  const read = async () => {
    for (let cut = 0; cut < 10; cut++) {
      const told = await on(`kinds: [FILE], after: ${lastCursor()}`);
      all.push(...(await told.take(1 + Math.floor(Math.random() * 450))));
      // What is on its way when it leaves is lost, and comes again.
      const lost = told.next().catch(() => undefined);
      await told.leave();
      await lost;
    }
  };
  await Promise.all([read(), ...[...servers, ...servers].map(serverWrites), ...[1, 2, 3, 4].map(plainWrites)]);
  await Promise.all(servers.map((server) => server.pool.end()));

  const events = await api.sql(
    `select event_id::text as id, subject_name as name from status_event where subject_kind = 'File' and from_value is not null order by event_id`,
  );
  expect(events.length).toBeGreaterThanOrEqual(wanted);
  const last = await on(`kinds: [FILE], after: ${lastCursor()}`);
  all.push(...(await last.rest(events.length - all.length, 800)));
  await last.leave();
  const ids = all.map(({ event }) => eventNumber(event.id));
  expect(ids.length - new Set(ids).size).toBe(0);
  expect(ids.toSorted((x, y) => Number(x) - Number(y))).toEqual(events.map(({ id }) => id));
  const byFile = Object.groupBy(all, ({ event }) => event.subjectName);
  const eventsOf = Object.groupBy(events, ({ name }) => name as string);
  for (const [name, told] of Object.entries(byFile)) {
    expect([name, told!.map(({ event }) => eventNumber(event.id))]).toEqual([name, eventsOf[name]!.map(({ id }) => id)]);
    // Each begins where the one before has ended: what a subscriber sees is a history.
    for (let i = 1; i < told!.length; i++) expect(told![i]!.event.from).toBe(told![i - 1]!.event.to);
  }
});

test('events of a restored backup, whose transactions have the numbers of another server, are neither told nor in the way', async () => {
  const [a] = (await files(1)) as [number];
  const add = (number: string) =>
    api.sql(
      `insert into status_event (transaction_id, subject_kind, subject_id, subject_name, field, to_value, origin)
       select (pg_snapshot_xmax(pg_current_snapshot())::text::bigint + $2)::text::xid8, 'File', $1, 'old', 'status', 'loaded', 'sql'`,
      [a, number],
    );
  await add('3');
  await add('1000000');
  const told = await on();
  for (let i = 0; i < 10; i++) await move(api.db.pool, a, 2 + (i % 2));
  expect((await told.take(10)).every(({ event }) => event.subjectName === 'file 1')).toBe(true);
  expect(await told.rest(0, 100)).toEqual([]);
  await told.leave();
});

test('with the last subscriber everything ends: connections, timers and what is kept', async () => {
  await files(2);
  const connections = async () =>
    (
      await api.sql<{ count: string }>(
        `select count(*) from pg_stat_activity where application_name = 'waybill changes' and datname = current_database()`,
      )
    )[0]!.count;
  const until = async (check: () => Promise<boolean>) => {
    while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  const told: Listening[] = await Promise.all([on(), on(), on()]);
  const waiting = told[0]!.next();
  await until(async () => (await connections()) === '1');
  expect([await connections(), feedsOf(reader).subscribers]).toEqual(['1', 3]);
  await api.sql('update extract_tracking set extract_status_id = 2 where extract_id = 1');
  await waiting;
  let statements = 0;
  reader.pool.on('acquire', () => statements++);
  // The feed polls each 25 ms while there is a subscriber.
  await until(async () => statements > 3);
  const feed = await feedsOf(reader).enter();
  await feedsOf(reader).leave();
  expect(feed.page(feed.nextSeq - 1)).toBeDefined();
  await Promise.all(told.map((each) => each.leave()));
  await until(async () => (await connections()) === '0');
  expect(feedsOf(reader)).toMatchObject({ subscribers: 0, listenerPid: undefined });
  statements = 0;
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(statements).toBe(0);
  // And begins anew, with a feed that keeps nothing of the one before.
  const next = await feedsOf(reader).enter();
  expect([next === feed, next.page(next.nextSeq - 1)]).toEqual([false, 'gone']);
  await feedsOf(reader).leave();
  const again = await on();
  await api.sql('update extract_tracking set extract_status_id = 3 where extract_id = 1');
  expect(short(await again.next())).toBe('file 1 status: ready → loading');
  await again.leave();
});
