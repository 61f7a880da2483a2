import { startForClients, type ClientServer } from '../support/client-server.js';
import { connectRequest, load } from './examples/graphql-request.js';

let at: ClientServer;
beforeAll(async () => {
  at = await startForClients('graphql_request');
});
afterAll(() => at.close());

test('graphql-request starts a run and reports its end, with a number that JSON readers would round', async () => {
  const client = connectRequest(at.url, at.key);
  expect(await load(client, 'load 1', 9_007_199_254_740_993n)).toBe(9_007_199_254_740_993n);
  await expect(client.request('{ nonsense }')).rejects.toThrow('nonsense');
});
