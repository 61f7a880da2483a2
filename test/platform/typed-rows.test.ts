import type { Queries, Tx } from '../../src/platform/database.js';
import { Big, Reference, Text } from '../../src/platform/entity/columns.js';
import type { Row } from '../../src/platform/entity/node.js';
import type { Context } from '../../src/platform/read/context.js';
import { referenceField } from '../../src/platform/read/fields.js';
import { ReadsOnly } from '../../src/platform/read/selection.js';
import { Process } from '../../src/process/process.entity.js';
import { Run } from '../../src/run/run.entity.js';
import { Actor } from '../../src/actor/actor.entity.js';
import { buildWaybillSchema } from '../../src/app/schema.js';
import { entities } from '../../src/app/entities.js';

interface Storage {
  fieldResolvers: { target: { name: string }; methodName: string; params?: { kind: string; getType?: () => unknown }[] }[];
}

// The compiler is what is tested: `npm run check` refuses a line that is expected to be an error and is none.

const isTx = (tx: Tx): Tx => tx;
const columnsOf = (context: Context, queries: Queries, run: Row<Run>) => [
  // @ts-expect-error a pool is no transaction
  () => isTx(context.db),
  // @ts-expect-error nor is whatever else runs SQL
  () => isTx(queries),
  // @ts-expect-error made by the API, not a column
  () => run.databaseId,
  // @ts-expect-error no column at all
  () => run.processName,
  // @ts-expect-error null while it has not ended
  (): string => run.endedAt,
  // @ts-expect-error no property of a run
  () => referenceField(Run, 'process', 'process_id', Process, 'Its process.'),
  // @ts-expect-error a text is no key
  () => referenceField(Run, 'process', 'name', Process, 'Its process.'),
  // @ts-expect-error only what was asked for has been read
  async () => (await context.loaders.byId(Actor, 1, new Set(['name'])))?.createdAt,
  // @ts-expect-error not a column of it
  () => context.loaders.byId(Actor, 1, new Set(['path'])),
];

export const entityOf = () => {
  class Wrong {
    // @ts-expect-error its rows may hold null there
    @Text('label', { nullable: true })
    label!: string;
    // @ts-expect-error and never there
    @Text('path')
    path!: string | null;
    // @ts-expect-error a bigint is text
    @Big('size_bytes')
    size!: number;
    // @ts-expect-error a key may be null
    @Reference(() => Process, 'process_id', { nullable: true })
    processId!: number;
  }
  return Wrong;
};

export class Resolvers {
  @ReadsOnly(Run, 'name', 'endedAt')
  enough({ name, endedAt }: Row<Run, 'name' | 'endedAt'>): string | null {
    return endedAt && name;
  }
  // @ts-expect-error reads more than it says
  @ReadsOnly(Run, 'name')
  tooFew({ name, endedAt }: Row<Run, 'name' | 'endedAt'>): string | null {
    return endedAt && name;
  }
}

test('what is wrong with a row or a transaction is an error of the compiler', () => {
  expect([columnsOf, entityOf]).toHaveLength(2);
});

test('no resolver has the class of an entity as its root: type-graphql would copy each row into one', async () => {
  await buildWaybillSchema();
  const { TypeGraphQLMetadataStorage: storage } = globalThis as unknown as { TypeGraphQLMetadataStorage: Storage };
  const roots = storage.fieldResolvers.flatMap(({ target, methodName, params = [] }) =>
    params.flatMap(({ kind, getType }) => (kind === 'root' ? [{ of: `${target.name}.${methodName}`, type: getType?.() }] : [])),
  );
  expect(roots.length).toBeGreaterThan(100);
  expect(roots.filter(({ type }) => entities.some((entity) => entity === type)).map(({ of }) => of)).toEqual([]);
});
