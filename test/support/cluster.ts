import pg from 'pg';

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

let made = 0;

/** The address of a database of the test server from which others can be made. */
export function adminUrl(): string {
  const url = process.env.TEST_ADMIN_URL;
  if (!url) throw new Error('There is no test server: the global setup of Jest starts it.');
  return url;
}

/** Runs statements one by one, each outside a transaction. */
export async function execute(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const sql of statements) await client.query(sql);
  } finally {
    await client.end();
  }
}

async function make(template: string, name: string): Promise<TestDatabase> {
  // Other workers, and other runs on the same server, have other process ids.
  const database = `${name}_${process.pid}_${++made}`;
  await execute(adminUrl(), `create database "${database}" template ${template}`);
  const url = new URL(adminUrl());
  url.pathname = `/${database}`;
  // Connections that were ended are still there for a moment, and a client that is cut off while it ends has no listener for the error.
  const ended = `do $$ begin
    for _ in 1..50 loop
      exit when not exists (select from pg_stat_activity where datname = '${database}');
      perform pg_sleep(0.01), pg_stat_clear_snapshot();
    end loop;
  end $$`;
  return { url: url.href, drop: () => execute(adminUrl(), ended, `drop database if exists "${database}" with (force)`) };
}

/** Makes a migrated store, with its default rows, for one test or one file of tests. The name is only a hint for people. */
export async function createDatabase(name = 'waybill'): Promise<TestDatabase> {
  if (process.env.TEST_TEMPLATE_ERROR) throw new Error(`The template of the store could not be made: ${process.env.TEST_TEMPLATE_ERROR}`);
  return make(process.env.TEST_TEMPLATE!, name);
}

/** Makes a copy of a database that nobody is connected to. */
export const copyDatabase = (url: string, name: string): Promise<TestDatabase> => make(`"${new URL(url).pathname.slice(1)}"`, name);

/** Makes a database with nothing in it. */
export const createEmptyDatabase = (name = 'empty'): Promise<TestDatabase> => make('template0', name);
