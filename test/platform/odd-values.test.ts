import fc from 'fast-check';
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
} from 'graphql';
import { answerError } from '../../src/app/execution/apollo-errors.js';
import { openApi, type Api } from '../support/api.js';
import { fillCatalogue } from '../support/catalogue.js';
import { fillFiles } from '../support/files.js';
import { fillRuns } from '../support/runs.js';

/** ODD_CALLS=500 npm test -- odd-values: so many calls of each field. */
const calls = Number(process.env.ODD_CALLS ?? 8);

let api: Api;
beforeAll(async () => {
  api = await openApi('odd_values');
  await fillCatalogue(api, 3);
  await fillRuns(api);
  await fillFiles(api);
});
afterAll(() => api.close());

/** Text that nothing compresses, so that it is as long in an index. */
const incompressible = (bytes: number) =>
  fc.array(fc.integer({ min: 33, max: 126 }), { minLength: bytes, maxLength: bytes }).map((codes) => String.fromCharCode(...codes));
const names = [
  'process 001',
  'process 002',
  'landing zone 1',
  'warehouse',
  'table 001',
  'column 1',
  'calendar',
  'files',
  'process 001.csv',
];
const words = [
  'ready',
  'loading',
  'loaded',
  'completed',
  'failed',
  'running',
  'error',
  'deleted',
  'Hard',
  'Load',
  'daily',
  'eq',
  'in',
  'md5',
  'zip',
  'csv',
];
/** What the scalars of names refuse before anything else is looked at. */
const refusedTexts = ['', ' ', 'a\0b', 'a\ud800', '\udc00', 'x'.repeat(2001), 'é'.repeat(1001)];
const oddTexts = [
  '\\u0000', '%', "'", '"', '\\', '{', '{"a":1}', '[]', 'null', 'NaN', '-Infinity', '1e400', '1.5 KB', '-1', '9223372036854775808', '\u202e', '\ufeff', '\n',
  '99999999999999999999', '1 year', '* * * * *', '0 0 31 2 *', '2026-02-30', '0001-01-01', '9999-12-31', '10000-01-01', 's3://b/k', 'file:///d', 'C:\\x', '//h/s',
  './x', '..', 'sftp://u:p@h/x', 'jdbc:x', 'a/b', '/', 'é'.repeat(1000), '😀'.repeat(500), 'x'.repeat(2000), 'a.b', '"a.b".c', 'NUMBER(10,2)', 'numeric(99999,-9)',
]; // prettier-ignore
const text = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(...names) },
  { weight: 20, arbitrary: fc.constantFrom(...words) },
  { weight: 10, arbitrary: fc.constantFrom(...oddTexts) },
  { weight: 1, arbitrary: fc.constantFrom(...refusedTexts) },
  { weight: 5, arbitrary: fc.constantFrom(1000, 2000).chain(incompressible) },
  { weight: 5, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }) },
);
const id = (type: string, number: number | string) => Buffer.from(`${type}:${number}`).toString('base64url');
const leaves: Record<string, fc.Arbitrary<unknown>> = {
  String: text,
  Name: text,
  LongText: text,
  Boolean: fc.boolean(),
  Int: fc.constantFrom(1, 1, 2, 3, 5, 60, 0, -1, 366, 2_147_483_647, -2_147_483_648),
  BigInt: fc.constantFrom('1', '1', '2', '0', '-1', 7, '9223372036854775807', '-9223372036854775808', '9223372036854775808', '9999999999999999999', 2 ** 53),
  Decimal: fc.constantFrom('1', '0', '-0', '12.50', '-1', 1.5, `1${'0'.repeat(999)}`, `0.${'0'.repeat(998)}1`, '9'.repeat(1000)),
  DateTime: fc.constantFrom(
    '2020-01-01T00:00:00Z', '2026-01-01T00:00:00+02:00', '2020-01-01T00:00:00+16:00', '2020-01-01T00:00:00-23:59', '9999-12-31T23:59:59.9999999Z',
    '9999-12-31T23:59:60Z', '0001-01-01T00:00:00Z', '0000-01-01T00:00:00Z', '0001-01-01T00:00:00+00:01', '2027-02-29T00:00:00Z', '2026-01-01T23:59:60.5Z', '9999-12-31T23:59:59.999999Z',
  ),
  ID: fc.oneof(
    fc.tuple(fc.constantFrom('Process', 'Run', 'File', 'Source', 'SourceObject', 'SourceObjectAttribute', 'Contact', 'Location', 'Cluster', 'ProcessFilter', 'RunGroup', 'Tool'), fc.constantFrom(1, 2, 3, 2_147_483_647, 2_147_483_648, '-1', 'x')).map(([type, number]) => id(type, number)),
    text,
  ),
  Float: fc.constantFrom(0, -1, 1.5, 1e308),
}; // prettier-ignore

/** Values of a type: mostly of the right shape, so that they come as far as the database. Filters nest once. */
function valueOf(type: GraphQLInputType, filters = 0): fc.Arbitrary<unknown> {
  if (isNonNullType(type)) return valueOf(type.ofType, filters);
  if (isListType(type)) return fc.array(valueOf(type.ofType, filters), { maxLength: 3 });
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map(({ name }) => name));
  if (!isInputObjectType(type)) return leaves[type.name] ?? text;
  const isFilter = type.name.endsWith('Where');
  if (isFilter && filters > 1) return fc.constant({});
  const fields = Object.values(type.getFields());
  const needed = fields.filter(isRequiredInputField);
  const others = fields.filter((field) => !needed.includes(field));
  // A reference has one way to name its record; others are facts beside each other.
  const ways = type.name.endsWith('RefInput') ? { minLength: 1, maxLength: 1 } : { maxLength: Math.min(others.length, isFilter ? 2 : 5) };
  return fc
    .subarray(others, ways)
    .chain((some) =>
      fc.record(Object.fromEntries([...needed, ...some].map((each) => [each.name, valueOf(each.type, filters + (isFilter ? 1 : 0))]))),
    );
}

/** Reads what can be read without arguments: the leaves of an answer, and of the nodes in it. */
function selection(type: GraphQLOutputType, depth = 0): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return '';
  const fields = isObjectType(named) ? Object.values(named.getFields()).filter(({ args }) => !args.some(isRequiredArgument)) : [];
  const read = fields.filter((field) => isLeafType(getNamedType(field.type)) || (depth < 1 && ['nodes', 'results'].includes(field.name)));
  return `{ ${['__typename', ...read.map((field) => `${field.name} ${selection(field.type, depth + 1)}`)].join(' ')} }`;
}

/** What is our error in the answer, not the caller's. */
async function ourErrors(kind: string, field: GraphQLField<unknown, unknown>, variables: Record<string, unknown>): Promise<string[]> {
  const used = field.args.filter(({ name }) => variables[name] !== undefined);
  const list = (of: (arg: GraphQLArgument) => string) => (used.length ? `(${used.map(of).join(', ')})` : '');
  const head = list(({ name, type }) => `$${name}: ${String(type)}`);
  const query = `${kind} ${head} { ${field.name}${list(({ name }) => `${name}: $${name}`)} ${selection(field.type)} }`;
  const { errors = [] } = await api.execute(query, variables);
  const ours = errors.filter((error) => ['INTERNAL', 'TIMEOUT'].includes(String(answerError(error, api.schema).extensions!.code)));
  return ours.map(
    ({ originalError, message }) => `${field.name}(${JSON.stringify(variables).slice(0, 600)}): ${(originalError ?? { message }).message}`,
  );
}

test.each(['mutation', 'query'] as const)(
  'odd values in any argument of a %s are refused or taken, and are never our error',
  async (kind) => {
    const root = kind === 'query' ? api.schema.getQueryType()! : api.schema.getMutationType()!;
    for (const field of Object.values(root.getFields())) {
      const variables = fc.record(
        Object.fromEntries(
          field.args.map((arg) => [
            arg.name,
            isRequiredArgument(arg) ? valueOf(arg.type) : fc.option(valueOf(arg.type), { nil: undefined, freq: 1 }),
          ]),
        ),
      );
      for (const each of fc.sample(variables, calls)) expect(await ourErrors(kind, field, each)).toEqual([]);
    }
  },
  600_000,
);

test('odd values in a cursor are refused or taken', async () => {
  const odd = [null, true, {}, [], 0, -1, 1.5, 1e300, '', 'x', '1', '-1', '99999999999999999999', 'a\0', '\ud800', '2026-02-31T00:00:00.000000Z', '0000-01-01T00:00:00.000000Z', '999999-01-01T00:00:00.000000Z', '2026-01-01T24:00:00.000000Z', '+1']; // prettier-ignore
  const lists = Object.values(api.schema.getQueryType()!.getFields()).filter(
    ({ args }) => args.some(({ name }) => name === 'after') && !args.some(isRequiredArgument),
  );
  let tried = 0;
  for (const field of lists) {
    const { data } = await api.execute(`{ list: ${field.name}(first: 1) { pageInfo { endCursor } } }`);
    const cursor = data?.list?.pageInfo?.endCursor as string | null;
    if (!cursor) continue;
    const [name, ...keys] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    for (const i of keys.keys())
      for (const value of odd) {
        const after = Buffer.from(JSON.stringify([name, ...keys.with(i, value)])).toString('base64url');
        expect(await ourErrors('query', field, { after })).toEqual([]);
        tried++;
      }
  }
  expect(tried).toBeGreaterThan(500);
});
