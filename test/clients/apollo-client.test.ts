import { processNames, startForClients, type ClientServer } from '../support/client-server.js';
import { untilSettled } from '../support/live.js';
import { connectApollo, describeProcess, processChanges, processPages } from './examples/apollo-client.js';

interface Pages {
  processes: {
    edges: { node: { id: string; name: string; description: string | null } }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
  };
}

let at: ClientServer;
let connected: ReturnType<typeof connectApollo>;
beforeAll(async () => {
  at = await startForClients('apollo_client');
  connected = connectApollo(at.url, at.key);
});
afterAll(async () => {
  connected.client.stop();
  await connected.socket.dispose();
  await at.close();
});

test('pages are merged into one list, and a mutation changes the process wherever it is shown', async () => {
  const { client } = connected;
  await client.query({ query: processPages, variables: { first: 3 } });
  const pages = client.watchQuery<Pages>({ query: processPages, variables: { first: 3 } });
  const shown = () => client.readQuery<Pages>({ query: processPages, variables: { first: 3 } })!.processes;
  const subscription = pages.subscribe(() => undefined);
  while (shown().pageInfo.hasNextPage) await pages.fetchMore({ variables: { after: shown().pageInfo.endCursor } });
  expect(shown().edges.map(({ node }) => node.name)).toEqual(processNames);
  await client.mutate({ mutation: describeProcess, variables: { name: 'load 5', description: 'by Apollo' } });
  expect(shown().edges.map(({ node }) => node.description)).toEqual([null, null, null, null, 'by Apollo', null, null]);
  expect(Object.keys(client.cache.extract() as object).filter((key) => key.startsWith('Process:'))).toHaveLength(7);
  subscription.unsubscribe();
});

test('changes come by WebSocket', async () => {
  await untilSettled(at.api);
  const { changesCursor: after } = await at.api.run('{ changesCursor }');
  const told = new Promise((resolve, reject) => {
    connected.client
      .subscribe({ query: processChanges, variables: { after } })
      .subscribe({ next: ({ data }) => resolve(data), error: reject });
  });
  await at.api.sql(`insert into process (process_name) values ('new')`);
  expect(await told).toMatchObject({ changes: { event: { subjectName: 'new', field: 'created' } } });
});
