import { readFileSync } from 'node:fs';
import { parse, print, visit } from 'graphql';
import { commitMutation, createOperationDescriptor, fetchQuery, type ConcreteRequest, type Environment } from 'relay-runtime';
import { processNames, startForClients, type ClientServer } from '../support/client-server.js';
import describeMutation from './examples/__generated__/relayDescribeMutation.graphql.js';
import nodeQuery from './examples/__generated__/relayNodeQuery.graphql.js';
import processesQuery from './examples/__generated__/relayProcessesQuery.graphql.js';
import { connectRelay } from './examples/relay.js';

let at: ClientServer;
let environment: Environment;
beforeAll(async () => {
  at = await startForClients('relay');
  environment = connectRelay(at.url, at.key);
});
afterAll(() => at.close());

// The compiler's package is larger than all other clients together, so it is no dependency. What it wrote is made anew, in the project's folder,
// by `npx relay-compiler@21.0.1 relay.config.json` with {"src": "test/clients/examples", "schema": "schema.graphql", "language": "typescript",
// "eagerEsModules": true, "noSourceControl": true} in that file.
test('what relay-compiler wrote belongs to the texts of the example', () => {
  const page = readFileSync(new URL('./examples/relay.ts', import.meta.url), 'utf8');
  const texts = [...page.matchAll(/graphql`([^`]*)`/g)].map(([, text]) => text!);
  // Relay adds what its store needs, and takes away what is for itself.
  const own = new Set(['__typename', 'cursor', 'pageInfo', 'id']);
  const core = (text: string) =>
    print(visit(parse(text), { Field: ({ name }) => (own.has(name.value) ? null : undefined), Directive: () => null }));
  expect(texts.map(core)).toEqual([processesQuery, nodeQuery, describeMutation].map(({ params }) => core(params.text!)));
});

const ask = (query: ConcreteRequest, variables: Record<string, unknown>) =>
  fetchQuery(environment, query, variables).toPromise() as Promise<Record<string, any>>;

test('the store merges the pages of a connection, and holds a process once', async () => {
  await ask(processesQuery, { count: 3, cursor: null });
  const operation = createOperationDescriptor(processesQuery, { count: 3, cursor: null });
  const kept = environment.retain(operation);
  const shown = () => (environment.lookup(operation.fragment).data as any).processes;
  while (shown().pageInfo.hasNextPage) await ask(processesQuery, { count: 3, cursor: shown().pageInfo.endCursor });
  expect(shown().edges.map(({ node }: any) => node.name)).toEqual(processNames);

  const variables = { name: 'load 5', description: 'by Relay' };
  await new Promise((resolve, reject) => {
    commitMutation(environment, { mutation: describeMutation, variables, onCompleted: resolve, onError: reject });
  });
  expect(shown().edges.map(({ node }: any) => node.description)).toEqual([null, null, null, null, 'by Relay', null, null]);

  const { id } = shown().edges[4].node;
  await at.api.run('mutation { updateProcess(input: { process: { name: "load 5" }, description: "later" }) { process { id } } }');
  expect((await ask(nodeQuery, { id })).node).toMatchObject({ id, description: 'later' });
  expect(shown().edges[4].node.description).toBe('later');
  kept.dispose();
});
