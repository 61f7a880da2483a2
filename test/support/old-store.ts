import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { StoreState } from '../../src/app/store/migrate.js';
import { connectionOptions } from '../../src/platform/database.js';
import { createEmptyDatabase, execute, type TestDatabase } from './cluster.js';

type Row = Record<string, any>;
export type Ask = (sql: string) => Promise<Row[]>;

const oldStore = readFileSync(new URL('./old-store.sql', import.meta.url), 'utf8');
/** Work of a Python client at each granularity: p1 reads attributes only, p2 objects, p3 sources. */
export const work = `
  set search_path = process_tracker;
  insert into actor_lkup (actor_name) values ('scheduler');
  insert into tool_lkup (tool_name) values ('Spark');
  insert into contact_lkup (contact_name, contact_email) values ('Desk', null);
  insert into process (process_name, process_type_id, process_tool_id, total_record_count, last_completed_run_date_time)
    values ('p1', 1, 1, 2147483647, '2021-03-28 02:30:00.123456'), ('p2', 2, 1, 0, '1900-01-01'), ('p3', null, null, 0, '1900-01-01');
  insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, process_run_end_date_time, is_latest_run,
    process_run_actor_id, process_run_name)
    values (1, 2, 1, '2021-03-28 02:15:00', '2021-03-28 02:30:00.123456', false, 1, null), (1, 1, 2, '2021-03-29 02:15:00', null, true, 1, 'Übung'),
      (2, 3, 1, '2021-03-28 02:15:00', '2021-03-28 02:16:00', true, 1, null);
  insert into process_dependency (parent_process_id, child_process_id) values (1, 2);
  insert into process_contact (process_id, contact_id) values (1, 1);
  insert into source_lkup (source_name) values ('crm'), ('Warehouse');
  insert into source_object_lkup (source_id, source_object_name) values (1, 'customers'), (1, 'orders'), (2, 'sales'), (2, null);
  insert into source_object_attribute_lkup (source_object_id, source_object_attribute_name) values (1, 'id'), (1, 'name'), (2, 'price'), (3, 'sum');
  insert into process_source_object_attribute (process_id, source_object_attribute_id) values (1, 1), (1, 2), (1, 3);
  insert into process_target_object_attribute (process_id, target_object_attribute_id) values (1, 4);
  insert into process_source (process_id, source_id) values (2, 2), (3, 1);
  insert into process_source_object (process_id, source_object_id) values (2, 3);
  insert into process_filter (process_id, source_object_attribute_id, filter_type_id, filter_value_string) values (1, 1, 1, 'x');
  insert into location_type_lkup (location_type_name) values ('local filesystem');
  insert into location_lkup (location_name, location_path, location_type_id) values ('in', '/in/', 1);
  insert into extract_tracking (extract_filename, extract_location_id, extract_registration_date_time, extract_status_id, extract_filetype_id)
    values ('a.csv', 1, '2021-03-28 02:30:00', 2, 1), ('b.csv', 1, '2021-03-28 02:30:00', null, 1);
  insert into extract_process_tracking (extract_tracking_id, process_tracking_id, extract_process_event_date_time, extract_process_status_id)
    values (1, 1, now(), 2), (2, 1, now(), null);
  insert into cluster_tracking_lkup (cluster_name, cluster_max_memory_unit) values ('c', 'G');
  insert into error_tracking (error_type_id, process_tracking_id, error_description, error_occurrence_date_time) values (1, 3, 'no file', '2021-03-28 02:16:00');`;
/** What clients without a protecting database leave behind: one of everything that a rule forbids. */
export const mess = `
  set search_path = process_tracker;
  insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, is_latest_run)
    values (1, 1, 2, '2021-03-29 02:15:00', true), (1, 2, 3, '2021-03-30', false);
  insert into extract_tracking (extract_filename, extract_location_id, extract_registration_date_time, extract_compression_type_id) values ('a.csv', 1, '2021-04-01', 1);
  insert into process_dependency (parent_process_id, child_process_id) values (3, 3);
  insert into extract_dependency (parent_extract_id, child_extract_id) values (2, 2);
  insert into error_tracking (error_type_id, process_tracking_id, error_description, error_occurrence_date_time)
    values (77, 3, 'odd type', '2021-03-28'), (1, 999, 'lost run', '2021-03-28');`;

export const open: TestDatabase[] = [];
const clients: pg.Client[] = [];
/** Ends what a test has opened. */
export async function closeAll(): Promise<void> {
  for (const client of clients.splice(0)) await client.end();
  for (const database of open.splice(0)) await database.drop();
}

export async function empty(): Promise<string> {
  const database = await createEmptyDatabase('takeover');
  open.push(database);
  return database.url;
}

export async function old(...more: string[]): Promise<string> {
  const url = await empty();
  await execute(url, oldStore, ...more);
  return url;
}

export async function connect(url: string): Promise<Ask> {
  const client = new pg.Client({ connectionString: url, options: connectionOptions('UTC') });
  await client.connect();
  clients.push(client);
  return async (sql) => (await client.query(sql)).rows;
}

export const oldTables = async (ask: Ask): Promise<string[]> =>
  (await ask(`select tablename as name from pg_tables where schemaname = 'process_tracker' order by 1`)).map(({ name }) => name);

/** All rows of the given columns of each table, in one order; times and numbers as text. */
export async function contents(ask: Ask, columns: Record<string, string[]>): Promise<Record<string, string[]>> {
  const result: Record<string, string[]> = {};
  for (const [table, names] of Object.entries(columns))
    result[table] = (
      await ask(
        `select row_to_json(t)::text as row from (select ${names.map((name) => `"${name}"::text`).join(', ')} from process_tracker.${table}) t`,
      )
    )
      .map(({ row }) => row as string)
      .sort();
  return result;
}

export const columnsOf = async (ask: Ask, tables: string[]): Promise<Record<string, string[]>> => {
  const rows = await ask(
    `select c.relname::text as table, array_agg(a.attname::text) as columns from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
     and not a.attisdropped where c.relnamespace = 'process_tracker'::regnamespace and c.relkind = 'r' group by 1`,
  );
  return Object.fromEntries(rows.filter(({ table }) => tables.includes(table)).map(({ table, columns }) => [table, columns]));
};

/** Everything of the schema but its rows, in an order that does not tell how it came about. */
export async function catalogue(ask: Ask): Promise<string[]> {
  const rows = await ask(`
    select format('column %s.%s %s%s%s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), case when a.attnotnull then ' not null' end,
        case when a.attcollation <> y.typcollation then ' collate ' || l.collname end, pg_get_expr(d.adbin, d.adrelid)) as line
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped join pg_type y on y.oid = a.atttypid
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum left join pg_collation l on l.oid = a.attcollation
      where c.relnamespace = 'process_tracker'::regnamespace and c.relkind in ('r', 'p', 'v')
    union all select format('constraint %s %s', conname, pg_get_constraintdef(oid)) from pg_constraint where connamespace = 'process_tracker'::regnamespace and contype <> 'n'
    union all select 'index ' || indexdef from pg_indexes where schemaname = 'process_tracker'
    union all select 'trigger ' || pg_get_triggerdef(g.oid) from pg_trigger g join pg_class c on c.oid = g.tgrelid
      where c.relnamespace = 'process_tracker'::regnamespace and not g.tgisinternal
    union all select 'function ' || pg_get_functiondef(oid) from pg_proc where pronamespace = 'process_tracker'::regnamespace
    union all select 'sequence ' || sequencename from pg_sequences where schemaname = 'process_tracker'`);
  return rows.map(({ line }) => line as string).sort();
}

export const violations = (state: StoreState) => (state.kind === 'ready' ? [] : state.violations);
export const reason = (state: StoreState) => (state.kind === 'ready' ? '' : state.reason);
