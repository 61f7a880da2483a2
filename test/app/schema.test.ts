import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { offTheRules } from '../../src/app/commands/api-rules.js';
import { unnamedBreakingChanges } from '../../src/app/commands/breaking-changes.js';
import { refusedIn } from '../../src/app/commands/language.js';
import { buildWaybillSchema } from '../../src/app/schema.js';
import { graphql } from '../generated/gql.js';
import { openApi } from '../support/api.js';

let schema: GraphQLSchema;
beforeAll(async () => {
  schema = await buildWaybillSchema();
});

const ownTypes = () => Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type));

/** Every type, field, argument, input field and enum value, by its coordinate. */
function* described(): Generator<[string, { description?: string | null | undefined }]> {
  for (const type of ownTypes()) {
    yield [type.name, type];
    if (isEnumType(type)) for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value];
    if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) yield [`${type.name}.${field.name}`, field];
    if (isObjectType(type) || isInterfaceType(type))
      for (const field of Object.values(type.getFields())) {
        yield [`${type.name}.${field.name}`, field];
        for (const argument of field.args) yield [`${type.name}.${field.name}(${argument.name}:)`, argument];
      }
  }
}

test('everything in the schema is described, in sentences', () => {
  const poor = [...described()].filter(([, { description }]) => !/^[^a-z\s].*\s.*[.:)]$/s.test(description ?? ''));
  expect(poor.map(([coordinate, { description }]) => `${coordinate} ${description}`)).toEqual([]);
});

test('a noun that begins with a vowel has the article "an"', () => {
  const wrong = [...described()].filter(([, { description }]) => /\ba [aeio]/i.test(description ?? ''));
  expect(wrong.map(([coordinate, { description }]) => `${coordinate} ${description}`)).toEqual([]);
});

test('every interface and union says of which type a plain row is', () => {
  const without = ownTypes().filter((type) => (isInterfaceType(type) || isUnionType(type)) && !type.resolveType);
  expect(without.map(({ name }) => name)).toEqual([]);
});

describe('breaking changes', () => {
  const before = `
    type Query { process(name: String, namespace: String): Process, object: Thing, size: Unit }
    enum Unit { BYTES, ROWS }
    union Thing = Process | Source
    type Process { name: String!, owner: String }
    type Source { name: String }
    input Filter { name: String }
    type Mutation { remove(filter: Filter): Boolean }`;
  const after = `
    type Query { process(name: Int, id: ID!): Process, object: Thing, size: Unit }
    enum Unit { BYTES }
    union Thing = Process
    type Process { name: String, owners: [String] }
    input Filter { name: String, kind: String! }
    type Mutation { remove(filter: Filter): Boolean }`;
  const all = [
    'Filter.kind: A required field kind on input type Filter was added.',
    'Process.name: Process.name changed type from String! to String.',
    'Process.owner: Process.owner was removed.',
    'Query.process(id:): A required arg id on Query.process was added.',
    'Query.process(name:): Query.process arg name has changed type from String to Int.',
    'Query.process(namespace:): Query.process arg namespace was removed.',
    'Source: Source was removed.',
    'Thing.Source: Source was removed from union type Thing.',
    'Unit.ROWS: ROWS was removed from enum type Unit.',
  ];

  test('each is known by its coordinate', () => {
    expect(unnamedBreakingChanges(before, after, '').sort()).toEqual(all);
    expect(unnamedBreakingChanges(before, before, '')).toEqual([]);
  });

  test('each has to be named, by its own coordinate', () => {
    const text = 'Removed `Process.owner`, `Source` and Unit.ROWS; Filter.kind is needed; `Query.process` takes `Process.names`.';
    const left = all.filter((line) => !/^(Process.owner|Source|Unit.ROWS|Filter.kind):/.test(line));
    expect(unnamedBreakingChanges(before, after, text).sort()).toEqual(left);
    expect(
      unnamedBreakingChanges(
        before,
        after,
        `${text} Thing.Source, Process.name, Query.process(id:), Query.process(name:)/Query.process(namespace:).`,
      ),
    ).toEqual([]);
  });
});

describe('breaking changes that a table names', () => {
  const before = `
    type Query { trackingId: Int, runs(order: Order): ProcessRunConnection, extract: String, kept: String }
    type ProcessRunConnection { id: ID }
    enum Order { OLD, KEPT }`;
  const after = `
    type Query { databaseId: Int, runs(orderBy: Order): RunConnection }
    type RunConnection { id: ID }
    enum Order { KEPT }`;
  const table = (...rows: string[]) => `| Old | New |\n| --- | --- |\n${rows.map((row) => `| \`${row}\` | x |\n`).join('')}`;

  test('by a name, by a name with the rest open, by a coordinate, or by the type before', () => {
    const all = unnamedBreakingChanges(before, after, '');
    expect(all).toHaveLength(7);
    expect(unnamedBreakingChanges(before, after, table('trackingId', 'ProcessRun*', 'Query.runs(order:)', 'Order.OLD'))).toEqual([
      'Query.extract: Query.extract was removed.',
      'Query.kept: Query.kept was removed.',
    ]);
    // Only whole names count, and a field covers its arguments.
    const left = unnamedBreakingChanges(before, after, table('tracking', 'ProcessRun', 'Query.run*', 'OLDER'));
    expect(all.filter((line) => !left.includes(line))).toEqual([all.find((line) => line.startsWith('Query.runs: '))]);
  });
});

describe('the conventions of the API', () => {
  const good = `
    "All queries." type Query { "Runs." runs("States." states: [Int!], "Filter." where: Where): Int }
    "A filter." input Where { "Conditions." and: [Where!] "Values." in: [Int!] }
    "All mutations." type Mutation { "Starts a run." startRun("The run." input: StartRunInput!): StartRunPayload! }
    "A run to start." input StartRunInput { "Its number, as \`databaseId\` has it." number: Int }
    "Result of \`startRun\`." type StartRunPayload { "Whether it was started." started: Boolean }`;
  const planted: [string, string, string, string[]][] = [
    [
      'a mutation without input',
      '("The run." input: StartRunInput!)',
      '',
      ['Mutation.startRun: must be startRun(input: StartRunInput!): StartRunPayload!, and is startRun(): StartRunPayload!.'],
    ],
    [
      'an input of another name',
      'StartRunInput',
      'RunInput',
      [
        'Mutation.startRun: must be startRun(input: StartRunInput!): StartRunPayload!, and is startRun(input: RunInput!): StartRunPayload!.',
      ],
    ],
    [
      'a payload that may be null',
      'StartRunPayload! }',
      'StartRunPayload }',
      [
        'Mutation.startRun: must be startRun(input: StartRunInput!): StartRunPayload!, and is startRun(input: StartRunInput!): StartRunPayload.',
      ],
    ],
    [
      'a query that answers a payload',
      'where: Where): Int',
      'where: Where): StartRunPayload',
      ['Query.runs: answers StartRunPayload; payloads belong to mutations.'],
    ],
    ['a list in the singular', 'states: [', 'state: [', ['Query.runs(state:): is a list, and its name is not in the plural.']],
    ['a listed word', 'A filter.', 'What the client wishes.', ['Where: "wishes": say request.']],
    ['a name without backticks', '`databaseId`', 'databaseId', ['StartRunInput.number: "databaseId": say the name in backticks.']],
    ['no description', '"States." ', '', ['Query.runs(states:): has no description.']],
  ];

  test('hold for the schema', () => {
    expect(offTheRules(schema)).toEqual([]);
    expect(offTheRules(buildSchema(good))).toEqual([]);
  });

  test.each(planted)('refuse %s', (_, from, to, expected) => {
    expect(good).toContain(from);
    expect(offTheRules(buildSchema(good.replaceAll(from, to)))).toEqual(expected);
  });
});

describe('words of pages and of error messages', () => {
  test.each<[string, string, string[]]>([
    [
      'page.md',
      'Fine.\n\n```\nwhoever in code\n```\n\nIn `whoever` too.\nWhoever reads this.',
      ['8: "Whoever": say the caller, another client, no client; or the passive.'],
    ],
    ['page.md', 'Set databaseId, or `databaseId`, or [databaseId](x.md#databaseId).', ['1: "databaseId": say the name in backticks.']],
    ['x.ts', "// whoever\nthrow invalid('What became of it.', {});", ['2: "What became of": say result of.']],
    ['x.ts', 'throw conflict(\n  `${whoever} goes on with \\`maxNodes\\`.`,\n);', ['1: "goes on": say is running, continues.']],
    ['x.ts', "log('whoever');", []],
    ['x.ts', 'const backupUsage = `Writes a file.\n\n  --x  forgets ${it}`;', ['1: "forgets": say resets.']],
    [
      'x.sql',
      "-- whoever\n'message', format('Nobody holds it: %s.', x)",
      ['2: "Nobody": say the caller, another client, no client; or the passive.'],
    ],
    [
      'x.sql',
      "raise exception using message = 'Mend createType.';",
      ['1: "Mend": say repair, fix.', '1: "createType": say the name in backticks.'],
    ],
  ])('in %s: %j', (path, source, expected) => {
    expect(refusedIn(path, source)).toEqual(expected);
  });
});

test('what an operation of a test takes and answers is known to the compiler', async () => {
  const api = await openApi('schema');
  const named = graphql(`
    query ToolNamed($name: String!) {
      tool(name: $name) {
        name
        databaseId
        createdAt
      }
    }
  `);
  try {
    await api.run('mutation { createTool(input: { name: "dbt" }) { created } }');
    const { tool } = await api.run(named, { name: 'dbt' });
    const createdAt: string | undefined = tool?.createdAt;
    expect({ ...tool, createdAt }).toEqual({ name: 'dbt', databaseId: expect.any(Number), createdAt: expect.any(String) });
    // @ts-expect-error: a number is no name.
    await expect(api.run(named, { name: 1 })).rejects.toThrow('String cannot represent a non string value');
    // @ts-expect-error: it was not asked for.
    expect(tool?.updatedAt).toBeUndefined();
  } finally {
    await api.close();
  }
});
