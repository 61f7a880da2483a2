import { openApi, type Api } from '../support/api.js';

let api: Api;
let run: string;
beforeAll(async () => {
  api = await openApi('numbers');
  const start = 'mutation { startRun(input: { process: { name: "p", type: "Load", tool: "dbt" } }) { run { id } } }';
  run = (await api.run(start)).startRun.run.id;
});
afterAll(() => api.close());

/** As a server reads the body of a request: each number is rounded before anything can see it. */
const fromJson = (text: string) => JSON.parse(text) as Record<string, unknown>;

const report = 'mutation ($input: ReportRunInput!) { reportRun(input: $input) { run { recordCount } } }';
const attribute = `mutation ($n: Decimal) {
  registerProcess(input: { name: "p", sources: [{ name: "s", objects: [{ name: "o", attributes: [{ name: "a", defaultNumber: $n }] }] }] }) { created }
}`;
const defaultNumber = async () =>
  (await api.run('{ sourceObjectAttributes { nodes { defaultNumber } } }')).sourceObjectAttributes.nodes[0]?.defaultNumber;

const refused = async (query: string, variables: Record<string, unknown>) => {
  const { errors } = await api.execute(query, variables);
  expect(errors).toHaveLength(1);
  expect(errors![0]!.message).toContain('send it as text');
  return errors![0]!.message;
};

describe('a JSON number that its reader may have rounded', () => {
  test.each(['9007199254740993', '-9007199254740993', '9007199254740992', '1e20', '123456789012345678901234567890'])(
    '%s is no BigInt: as a variable, in an input, in a filter, in a list',
    async (number) => {
      const input = `{"input": {"run": {"id": "${run}"}, "recordCount": ${number}}}`;
      expect(await refused(report, fromJson(input))).toContain('input.recordCount');
      const filter = 'query ($n: BigInt) { runs(where: { recordCount: { eq: $n } }) { totalCount } }';
      expect(await refused(filter, fromJson(`{"n": ${number}}`))).toContain('$n');
      const where = 'query ($w: RunWhere) { runs(where: $w) { totalCount } }';
      expect(await refused(where, fromJson(`{"w": {"recordCount": {"in": [1, ${number}]}}}`))).toContain('w.recordCount.in[1]');
    },
  );
  test.each(['9007199254740993', '10000000000000000001', '0.1234567890123456789', '-1234567890.123456', '1e-7', '1e21'])(
    '%s is no Decimal',
    async (number) => {
      await refused(attribute, fromJson(`{"n": ${number}}`));
      const where = 'query ($w: SourceObjectAttributeWhere) { sourceObjectAttributes(where: $w) { totalCount } }';
      await refused(where, fromJson(`{"w": {"defaultNumber": {"gt": ${number}}}}`));
    },
  );
});

describe('what is exact is stored as it was sent', () => {
  test.each(['9007199254740991', '"9007199254740993"', '"9223372036854775807"', '0'])('the BigInt %s', async (number) => {
    const { reportRun } = await api.run(report, fromJson(`{"input": {"run": {"id": "${run}"}, "recordCount": ${number}}}`));
    expect(reportRun.run.recordCount).toBe(number.replaceAll('"', ''));
  });
  test.each(['0.001', '123456789012345', '-0.000123456789012345', '-12.5', '"12345678901234567890.1234567890123456789"', '0'])(
    'the Decimal %s',
    async (number) => {
      await api.run(attribute, fromJson(`{"n": ${number}}`));
      expect(await defaultNumber()).toBe(number.replaceAll('"', ''));
    },
  );
  test('a literal of the document, which is text', async () => {
    const { reportRun } = await api.run(
      `mutation { reportRun(input: { run: { id: "${run}" }, recordCount: 9007199254740993 }) { run { recordCount } } }`,
    );
    expect(reportRun.run.recordCount).toBe('9007199254740993');
    const found = '{ runs(where: { recordCount: { eq: 9007199254740993 } }) { totalCount } }';
    expect((await api.run(found)).runs.totalCount).toBe(1);
    expect((await api.jit(found)).data).toEqual({ runs: { totalCount: 1 } });
    await api.run(attribute.replace('($n: Decimal)', '').replace('$n', '0.12345678901234567890'));
    expect(await defaultNumber()).toBe('0.12345678901234567890');
  });
});
