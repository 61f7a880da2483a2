import { processNames, startForClients, type ClientServer } from '../support/client-server.js';
import { untilSettled } from '../support/live.js';
import { changed, connectUrql, describe as describeProcess, processPage } from './examples/urql-graphcache.js';

let at: ClientServer;
let connected: ReturnType<typeof connectUrql>;
beforeAll(async () => {
  at = await startForClients('urql');
  connected = connectUrql(at.url, at.key);
});
afterAll(async () => {
  await connected.socket.dispose();
  await at.close();
});

test('pages are merged into one list, and a mutation changes the process wherever it is shown, without a warning', async () => {
  const { warn } = console;
  const warned: unknown[] = [];
  console.warn = (...words) => void warned.push(words);
  const { client } = connected;
  const page = async (after: string | null) => {
    const { data, error } = await client.query(processPage, { first: 3, after }).toPromise();
    if (error) throw error;
    return data.processes as {
      edges: { node: { name: string; description: string | null } }[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
    };
  };
  let shown = await page(null);
  while (shown.pageInfo.hasNextPage) shown = await page(shown.pageInfo.endCursor);
  expect(shown.edges.map(({ node }) => node.name)).toEqual(processNames);
  await client.mutation(describeProcess, { name: 'load 5', description: 'by urql' }).toPromise();
  const cached = await client.query(processPage, { first: 3, after: null }, { requestPolicy: 'cache-only' }).toPromise();
  expect(cached.data.processes.edges.map(({ node }: (typeof shown)['edges'][0]) => node.description)).toEqual([
    null,
    null,
    null,
    null,
    'by urql',
    null,
    null,
  ]);
  console.warn = warn;
  expect(warned).toEqual([]);
});

test('changes come by WebSocket', async () => {
  await untilSettled(at.api);
  const { changesCursor: after } = await at.api.run('{ changesCursor }');
  const told = new Promise((resolve) => {
    const subscription = connected.client.subscription(changed, { after }).subscribe((result) => {
      resolve(result.data ?? result.error);
      setTimeout(() => subscription.unsubscribe());
    });
  });
  await at.api.sql(`insert into process (process_name) values ('new')`);
  expect(await told).toMatchObject({ changes: { event: { subjectName: 'new', field: 'created' } } });
});
