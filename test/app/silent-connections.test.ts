import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { openDatabase } from '../../src/app/store/open-database.js';
import { buildWaybillSchema } from '../../src/app/schema.js';
import { readConfig } from '../../src/platform/config.js';
import { databaseAddress } from '../../src/platform/database-address.js';
import { createLog } from '../../src/app/log.js';
import { createDatabase } from '../support/cluster.js';
import { startHttp } from '../support/http.js';

/** A way to the database that swallows everything while it is a black hole: nobody gets an answer, nor a word that there is none. */
async function makeBlackHole(url: string) {
  const target = databaseAddress(url);
  const sockets = new Set<Socket>();
  let swallows = false;
  const proxy = createServer((client) => {
    sockets.add(client.on('error', () => undefined));
    if (swallows) return void client.resume();
    const server = connect(target.port, target.host);
    sockets.add(server.on('error', () => undefined));
    client.pipe(server).pipe(client);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    address: () => ({ ...target, host: '127.0.0.1', port: (proxy.address() as AddressInfo).port }),
    /** From now on connections are silent, also those that are made while it lasts. */
    swallow() {
      swallows = true;
      for (const socket of sockets) socket.unpipe().resume();
    },
    /** New connections come through again. The old ones stay silent. */
    open: () => void (swallows = false),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

const nowAfter = (since: number) => (Date.now() - since) / 1000;

test('connections that went silent are given up: reads and writes are back within 20 s of the network', async () => {
  const database = await createDatabase('silent');
  const hole = await makeBlackHole(database.url);
  const config = { ...readConfig({}, []), port: 0, poolSize: 3, writePoolSize: 3 };
  const opened = await openDatabase({ address: hole.address }, 'UTC', config, createLog('silent'));
  const server = await startHttp({ db: opened.db, schema: await buildWaybillSchema(), config });
  const read = () => server.ask('{ processes(first: 1) { totalCount } }');
  let written = 0;
  const write = () =>
    server.ask('mutation ($name: String!) { registerProcess(input: {name: $name, type: "Load", tool: "dbt"}) { created } }', {
      name: `process ${++written}`,
    });
  const isFine = ({ status, body }: Awaited<ReturnType<typeof read>>) => status === 200 && !body.errors;
  for (const answer of await Promise.all([read(), read(), read(), write(), write(), write()])) expect(isFine(answer)).toBe(true);

  hole.swallow();
  // On every connection that there is.
  const asked = [read(), read(), read(), write(), write(), write()];
  const health = (await (await fetch(`${server.url}/health/ready`)).json()) as Record<string, unknown>;
  expect(health).toMatchObject({ status: 'unavailable', database: 'down' });
  hole.open();
  const back = Date.now();
  const fine = async (work: typeof read) => {
    while (!isFine(await work())) if (nowAfter(back) > 60) throw new Error('not back after 60 s');
    return nowAfter(back);
  };
  const waits = await Promise.all([fine(read), fine(write)]);
  for (const { status, body } of await Promise.all(asked)) {
    expect([status, body.errors![0]!.extensions.code]).toEqual([503, 'UNAVAILABLE']);
    expect(body.errors![0]!.message).not.toMatch(/terminat|timeout|socket/i);
  }
  expect(Math.max(...waits)).toBeLessThan(20);
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  await server.close();
  await opened.close();
  await hole.close();
  await database.drop();
});

test.each([
  ['', ''],
  ['also where its state cannot be seen', '-c track_activities=off'],
])('a statement that is slow is not taken for one that went silent %s', async (_, options) => {
  const database = await createDatabase('slow');
  const address = { ...databaseAddress(database.url), options };
  const opened = await openDatabase({ address: () => address }, 'UTC', readConfig({}, []), createLog('silent'));
  expect(await opened.db.query("select 'done' as state from pg_sleep(12)")).toEqual([{ state: 'done' }]);
  await opened.close();
  await database.drop();
});
