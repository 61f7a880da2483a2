import { openApi, type Api } from '../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('retired');
});
afterAll(() => api.close());

const retire = (subject: string) => api.run(`mutation { retire(input: { subject: { ${subject} } }) { changed } }`);
/** What is told of the one error of a request. */
const refused = async (document: string, variables?: Record<string, unknown>) => {
  const { errors } = await api.execute(document, variables);
  expect(errors).toHaveLength(1);
  return errors![0]!.originalError;
};
const register = (name: string, more: string) =>
  api.run(`mutation { registerProcess(input: { name: "${name}", type: "Load", tool: "Airflow", ${more} }) { created } }`);

test('a process that reads and writes what is retired starts, as `canStart` says', async () => {
  await register(
    'reader',
    `sources: [{ name: "r in", objects: [{ name: "o", attributes: [{ name: "a" }] }] }],
     targets: [{ name: "r out", objects: [{ name: "o", attributes: [{ name: "a" }] }] }]`,
  );
  await register('other reader', 'sources: [{ name: "r in", objects: [{ name: "o" }] }]');
  for (const subject of [
    'attribute: { source: "r in", object: "o", name: "a" }',
    'attribute: { source: "r out", object: "o", name: "a" }',
    'object: { source: "r in", name: "o" }',
    'object: { source: "r out", name: "o" }',
    'source: { name: "r in" }',
    'source: { name: "r out" }',
  ])
    await retire(subject);
  const ask = '{ canStart(process: { name: "reader" }) { outcome } }';
  expect(await api.run(ask)).toEqual({ canStart: { outcome: 'STARTED' } });
  const start = (process: string) => `mutation { startRun(input: { process: { ${process} } }) { outcome } }`;
  expect((await api.run(start('name: "reader"'))).startRun).toMatchObject({ outcome: 'STARTED' });
  expect(await api.sql(`select direction from run_object order by 1`)).toEqual([{ direction: 'input' }, { direction: 'output' }]);
  // Also where the start says again what the process reads; something new is refused.
  expect(
    (await api.run(start('name: "other reader", type: "Load", tool: "Airflow", sources: [{ name: "r in", objects: [{ name: "o" }] }]')))
      .startRun,
  ).toMatchObject({ outcome: 'STARTED' });
  expect(
    await refused(start('name: "third reader", type: "Load", tool: "Airflow", sources: [{ name: "r in", objects: [{ name: "o" }] }]')),
  ).toMatchObject({
    code: 'CONFLICT',
    details: { kind: 'Source', argument: 'input.process.sources.0.name' },
  });
});
