import { readFileSync } from 'node:fs';
import pg from 'pg';
import 'reflect-metadata';
import { createOrm } from '../../src/app/store/orm.js';
import { createDatabase, type TestDatabase } from '../support/cluster.js';

interface Facts {
  audit: Record<string, string>;
  tables: Record<
    string,
    { columns: Record<string, string>; key: string[]; unique?: string[][]; references?: Record<string, string>; sequence?: string }
  >;
  /** Rows by table, their values in the order of the table's columns. */
  seeds: Record<string, (string | number)[][]>;
}

/** What ProcessTracker's own script makes: its clients rely on it. */
const facts = JSON.parse(readFileSync(new URL('../data/processtracker-catalogue.json', import.meta.url), 'utf8')) as Facts;
const tables = Object.entries(facts.tables);

let store: TestDatabase;
let client: pg.Client;
const query = async <T extends object>(sql: string, values: unknown[] = []): Promise<T[]> => (await client.query<T>(sql, values)).rows;

beforeAll(async () => {
  store = await createDatabase('store_schema');
  client = new pg.Client({ connectionString: store.url, options: '-c search_path=process_tracker' });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await store.drop();
});

test('entities and migrated store agree: there is nothing to update', async () => {
  const orm = createOrm(store.url);
  try {
    expect(await orm.schema.getUpdateSchemaSQL({ wrap: false })).toBe('');
    await query(`alter table process add column stray int`);
    expect(await orm.schema.getUpdateSchemaSQL({ wrap: false })).toContain('drop column "stray"');
  } finally {
    await query(`alter table process drop column if exists stray`);
    await orm.close();
  }
});

/** Types as a Python client sees them: what may stand for what was tried with its own tests. */
const family = (type: string) =>
  type
    .replace(/^(varchar|char|character varying|character)\b(\(\d+\))?/, 'text')
    .replace(/^(integer|bigint)/, 'whole')
    .replace(/^timestamptz/, 'timestamp with time zone')
    .replace(/^timestamp(?! with)/, 'timestamp without time zone');

test('P52 tables have the columns of ProcessTracker, and more only where its clients need not know', async () => {
  const columns = await query<{
    table: string;
    column: string;
    type: string;
    required: boolean;
    default: string | null;
    sequence: string | null;
  }>(`
    select table_name as table, column_name as column, data_type as type, is_nullable = 'NO' as required,
      column_default as default, pg_get_serial_sequence(table_name, column_name) as sequence
    from information_schema.columns where table_schema = 'process_tracker'`);
  const text = (type: string, required: boolean, value?: string | null) =>
    family(type) + (required ? ' not null' : '') + (value == null ? '' : ` default ${value.replace(/^'(.*)'::.*$/, '$1')}`);
  /** What a default of an audit column is to a client that says nothing of itself. */
  const meant = new Map<string, string>();
  for (const { column, default: value } of columns)
    if (column in facts.audit && !meant.has(value!)) {
      const [row] = await query<{ meant: string }>(
        `select case (${value})::text when statement_timestamp()::text then 'CURRENT_TIMESTAMP' else (${value})::text end as meant`,
      );
      meant.set(value!, row!.meant);
    }
  for (const [table, { columns: own, sequence }] of tables) {
    const found = columns
      .filter((column) => column.table === table)
      .map((each) => (each.column in facts.audit ? { ...each, default: meant.get(each.default!)! } : each));
    const described = Object.fromEntries(found.map((c) => [c.column, c.sequence ? 'serial' : text(c.type, c.required, c.default)]));
    const expected = Object.fromEntries(Object.entries({ ...own, ...facts.audit }).map(([name, fact]) => [name, family(fact)]));
    expect({ table, ...described }).toMatchObject({ table, ...expected });
    expect(found.flatMap((c) => c.sequence ?? [])).toEqual(sequence ? [`process_tracker.${sequence}`] : []);
    for (const column of found.filter(({ column }) => !(column in expected)))
      expect(column).toMatchObject(column.required ? { default: expect.any(String) } : { required: false });
  }
});

test('P52 primary keys, unique columns and references are those of ProcessTracker, under names of ours', async () => {
  const constraints = await query<{ table: string; type: string; columns: string[]; parent: string | null; action: string }>(`
    select conrelid::regclass::text as table, contype as type, confrelid::regclass::text as parent, confdeltype as action,
      (select json_agg(attname order by at) from unnest(conkey) with ordinality as k (attnum, at) join pg_attribute a using (attnum)
        where a.attrelid = conrelid) as columns
    from pg_constraint where connamespace = 'process_tracker'::regnamespace and contype in ('p', 'f')`);
  const unique = await query<{ table: string; columns: string[] }>(`
    select indrelid::regclass::text as table,
      (select json_agg(attname order by at) from unnest(indkey) with ordinality as k (attnum, at) join pg_attribute a using (attnum)
        where a.attrelid = indrelid) as columns
    from pg_index where indisunique and indpred is null and indrelid in (select oid from pg_class where relnamespace = 'process_tracker'::regnamespace)`);
  const isUnique = (table: string, columns: string[]) =>
    unique.some((index) => index.table === table && index.columns.every((column) => columns.includes(column)));
  for (const [table, { key, unique: sets = [], references = {} }] of tables) {
    const own = constraints.filter((constraint) => constraint.table === table);
    expect({ table, key: own.find(({ type }) => type === 'p')?.columns }).toEqual({ table, key });
    for (const [column, parent] of Object.entries(references))
      expect(own).toContainEqual({ table, type: 'f', columns: [column], parent, action: 'a' });
    // Several conditions of one kind on one attribute are allowed here, and several contacts with one mailbox.
    for (const columns of sets)
      expect({ table, columns, unique: isUnique(table, columns) }).toEqual({
        ...{ table, columns },
        unique: table !== 'process_filter' && !columns.includes('contact_email'),
      });
  }
});

test('P52 default rows have the numbers of ProcessTracker, and every sequence is past them', async () => {
  for (const [table, rows] of Object.entries(facts.seeds)) {
    const columns = Object.keys(facts.tables[table]!.columns);
    const found = await query<Record<string, string | number>>(`select ${columns.join(', ')} from ${table} order by 1`);
    expect(found.map((row) => columns.map((column) => row[column]))).toEqual(expect.arrayContaining(rows));
    const [next] = await query<{ number: number }>(`select nextval($1)::int as number`, [facts.tables[table]!.sequence]);
    expect(next!.number).toBeGreaterThan(Math.max(...found.map((row) => row[columns[0]!] as number)));
  }
  const statuses = await query<{ name: string }>(`select process_status_name as name from process_status_lkup order by process_status_id`);
  expect(statuses.map(({ name }) => name)).toEqual(['running', 'completed', 'failed', 'on hold', 'unknown', 'skipped']);
});
