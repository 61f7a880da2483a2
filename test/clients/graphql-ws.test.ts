import { processNames, startForClients, type ClientServer } from '../support/client-server.js';
import { untilSettled } from '../support/live.js';
import { askBySocket, changesAfter, connectSocket } from './examples/graphql-ws.js';

let at: ClientServer;
beforeAll(async () => {
  at = await startForClients('graphql_ws');
});
afterAll(() => at.close());

test('a query, a mutation and a subscription, by one connection', async () => {
  const client = connectSocket(at.url, at.key);
  const { processes } = await askBySocket<{ processes: { nodes: { name: string }[] } }>(client, '{ processes { nodes { name } } }');
  expect(processes.nodes.map(({ name }) => name)).toEqual(processNames);
  await untilSettled(at.api);
  const { changesCursor } = await askBySocket<{ changesCursor: string }>(client, '{ changesCursor }');
  const mutation = 'mutation ($name: String!) { registerProcess(input: { name: $name }) { process { createdBy { name } } } }';
  expect(await askBySocket(client, mutation, { name: 'by socket' })).toEqual({
    registerProcess: { process: { createdBy: { name: 'a client' } } },
  });
  const changes = changesAfter(client, changesCursor);
  expect((await changes.next()).value).toMatchObject({ event: { subjectName: 'by socket', field: 'created' } });
  await changes.return(undefined);
  await client.dispose();
});
