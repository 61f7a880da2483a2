import { readFile, readdir } from 'node:fs/promises';
import { Migration, Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import { databaseAddress } from '../../platform/database-address.js';
import { StartError } from '../start-error.js';
import { readFunctions } from './functions.js';
import { applyRules, listViolations, literal, openRules, type Run, type Violation } from './apply-rules.js';
import { rules } from './rules.js';
import { readerLock } from './takeover.js';
import { obstacleToWrites, type Obstacle } from './write-obstacle.js';
import { codeOf, messageOf } from '../../platform/text-at.js';

export type StoreState =
  | { kind: 'ready' }
  | {
      kind: 'read-only';
      reason: string;
      violations: Violation[];
      /** ProcessTracker made this store and Waybill has not touched it: reads need `readOnlyShadow`. */
      untouched?: true;
      /** It is not the store but the database that takes no writes. */
      cause?: Obstacle['cause'];
      /** The database took writes when this server started: that it does again is likely. */
      turned?: boolean;
    };

export interface MigrateOptions {
  /** Take over a store that ProcessTracker made. */
  setup?: boolean;
  /** Mend the rows that violate rules. */
  repair?: boolean;
  /** Tell the SQL instead of running it. */
  dryRun?: boolean;
  /** The store's time zone from now on, an IANA name. */
  timeZone?: string | undefined;
  log?: (line: string) => void;
}

/** Why this database cannot be used, in one sentence. */
class StoreError extends StartError {
  override name = 'StoreError';
}

const oldestServer = 150000;
const directory = new URL('../../../migrations/', import.meta.url);

async function readMigrations(): Promise<{ name: string; sql: string }[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file) => ({ name: file.slice(0, -'.sql'.length), sql: await readFile(new URL(file, directory), 'utf8') })),
  );
}

/**
 * Brings a store up to this program: makes it in an empty database, adds what is new to one of ours, takes over one of ProcessTracker's if
 * `setup` says so. All of it is one transaction, and one at a time, however many servers start together.
 * @throws StoreError if the database cannot hold a store or holds another or a newer one
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<StoreState> {
  const migrations = await readMigrations();
  const address = databaseAddress(url);
  const orm = new MikroORM({
    dbName: address.database,
    driverOptions: address,
    entities: [],
    discovery: { warnWhenNoEntities: false },
    // A database is never made here: its name may be a slip of the pen.
    ensureDatabase: false,
    extensions: [Migrator],
    pool: { min: 0, max: 2 },
    migrations: {
      tableName: 'process_tracker.waybill_migration',
      migrationsList: migrations.map(({ name, sql }) => ({ name, class: migrationOf(sql) })),
      disableForeignKeys: false,
      snapshot: false,
      silent: true,
      // The only way to keep the migrator from making its table at once, before and outside of the transaction.
      includeWildcardSchema: true,
    },
  });
  const connection = orm.em.getConnection();
  try {
    return await connection.transactional(async (transaction) => {
      const run: Run = (sql) => connection.execute(sql, [], 'all', transaction);
      // What takes its time, or waits for the readers of a table, must not be broken off halfway by what the role has for everyday work.
      for (const name of ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']) await run(`set local ${name} = 0`);
      // From PostgreSQL 17 on.
      await run("select set_config(name, '0', true) from pg_settings where name = 'transaction_timeout'");
      await run('set local search_path = process_tracker, pg_temp');
      await checkServer(run);
      if (!options.dryRun) await run("select pg_advisory_xact_lock(hashtext('waybill.migrate'))");
      return bringUp(run, migrations, options, () => orm.migrator.up({ transaction }));
    });
  } catch (error) {
    // A migration that finds something that it cannot take over says so in a sentence, by `raise exception`.
    if (codeOf(error) === 'P0001') throw new StoreError(messageOf(error));
    throw error;
  } finally {
    await orm.close(true);
  }
}

/** How the store is, changing nothing: what the server goes by after a repair by others. */
export const storeState = (url: string): Promise<StoreState> => migrate(url, { dryRun: true });

/** What has to be done where the database can be written, before this server can read it where it cannot. */
const wanted = {
  empty: 'There is no store in it: make one where it can be written, with `npm run setup`.',
  ours: 'Its store must first be brought up to date for this Waybill, where it can be written, with `npm run setup`.',
  foreign: 'Its store was made by ProcessTracker: take it over where it can be written, with `npm run setup`.',
};

const migrationOf = (sql: string) =>
  class extends Migration {
    override up() {
      this.addSql(sql);
    }
  };

async function bringUp(
  run: Run,
  migrations: { name: string; sql: string }[],
  { setup, repair, dryRun, timeZone, log = () => undefined }: MigrateOptions,
  up: () => Promise<unknown>,
): Promise<StoreState> {
  const store = await lookAt(run, migrations);
  if (timeZone !== undefined) await checkTimeZone(run, timeZone);
  const pending = migrations.filter(({ name }) => !store.applied.has(name));
  const functions = await readFunctions();
  const made = "select value from waybill_setting where key = 'functions'";
  const [known] = store.kind === 'ours' ? await run<{ value: string }>(made) : [];
  const renew = pending.length > 0 || known?.value !== functions.hash;
  const obstacle = await obstacleToWrites(run);
  if (obstacle && store.kind === 'ours' && !renew && timeZone === undefined)
    return { kind: 'read-only', ...obstacle, violations: await listViolations(run) };
  if (obstacle && !dryRun) throw new StoreError(`${obstacle.reason} ${wanted[store.kind]}`);
  if (dryRun || (store.kind === 'foreign' && !setup)) {
    const violations = store.kind === 'empty' ? [] : await listViolations(run);
    if (dryRun) {
      for (const { name, sql } of pending) log(`-- migrations/${name}.sql\n${sql}`);
      if (renew) for (const { file, sql } of functions.files) log(`-- src/${file}\n${sql}`);
      const open = store.kind === 'empty' ? rules : await openRules(run);
      for (const rule of open.filter(({ name }) => !violations.some((violation) => violation.rule === name)))
        log(`-- ${rule.says}\n${rule.create};`);
    }
    if (store.kind === 'ours' && !pending.length) return stateOf(violations);
    const reason = {
      empty: 'The database is empty.',
      ours: 'This store was made by an older Waybill and has not been brought up to date yet.',
      foreign: 'This store was made by ProcessTracker and has not been taken over yet.',
    }[store.kind];
    return { kind: 'read-only', reason, violations, ...(store.kind === 'foreign' ? { untouched: true } : {}) };
  }
  try {
    return await change();
  } catch (error) {
    if (codeOf(error) !== '42501') throw error;
    throw new StoreError(
      `The store must be made or brought up to date, and the user of the database may not do that (${messageOf(error)}): run \`npm run setup\` as the owner of its tables, then start this server.`,
    );
  }

  async function change(): Promise<StoreState> {
    if (pending.length) {
      if (store.kind === 'foreign') await sendReadersAway(run);
      await up();
      for (const { name } of pending) log(`Applied migration ${name}.`);
      await run('set local search_path = process_tracker, pg_temp');
    }
    if (renew) {
      for (const { sql } of functions.files) await run(sql);
      await setSetting(run, 'functions', functions.hash);
      log('Made functions and triggers anew.');
    }
    if (timeZone !== undefined) {
      await setSetting(run, 'time_zone', timeZone);
      log(`The time zone of the store is ${timeZone}.`);
    }
    // After the time zone: what naive times mean depends on it.
    if (pending.length) await run('select fill_instants(), fill_registration_instants()');
    if (store.kind === 'foreign') {
      await run('select complete_links(null)');
      log('Took over the store that ProcessTracker made.');
    }
    return stateOf(await applyRules(run, repair ?? false, log));
  }
}

/**
 * A server that reads this store as it is holds temporary views on the columns that change now, and would be in the way as long as it is busy.
 * Its connections are ended; behind the locks it makes new ones, which see the store when it is ours.
 */
async function sendReadersAway(run: Run): Promise<void> {
  const tables = await run<{ name: string }>(
    `select format('process_tracker.%I', tablename) as name
     from pg_tables
     where schemaname = 'process_tracker'
     order by 1`,
  );
  await run(`lock table ${tables.map(({ name }) => name).join(', ')} in access exclusive mode`);
  await run(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity
     where pid in (select pid from pg_locks where ${readerLock.held})`,
  );
}

const stateOf = (violations: Violation[]): StoreState =>
  violations.length
    ? {
        kind: 'read-only',
        reason: `Rows of this store violate ${violations.length === 1 ? 'a rule' : `${violations.length} rules`}: ${violations.map(({ says }) => says).join(' ')}`,
        violations,
      }
    : { kind: 'ready' };

async function checkServer(run: Run): Promise<void> {
  const [server] = await run<{ version: number; text: string; encoding: string; database: string }>(
    `select current_setting('server_version_num')::int as version, current_setting('server_version') as text,
       current_setting('server_encoding') as encoding, current_database() as database`,
  );
  if (server!.version < oldestServer) throw new StoreError(`Waybill needs PostgreSQL 15 or later; this server is ${server!.text}.`);
  if (server!.encoding !== 'UTF8')
    throw new StoreError(
      `The database ${server!.database} has the encoding ${server!.encoding}; Waybill needs UTF8, which is chosen when a database is made.`,
    );
}

async function checkTimeZone(run: Run, name: string): Promise<void> {
  const found = await run(`select from pg_timezone_names where name = ${literal(name)}`);
  if (!found.length)
    throw new StoreError(`${name} is no time zone that this PostgreSQL knows: give an IANA name such as Europe/Berlin or UTC.`);
}

async function lookAt(run: Run, migrations: { name: string }[]): Promise<{ kind: 'empty' | 'ours' | 'foreign'; applied: Set<string> }> {
  const [found] = await run<{ ours: boolean; foreign: boolean; tables: boolean }>(
    `select to_regclass('process_tracker.waybill_migration') is not null as ours,
       (
         select bool_and(to_regclass('process_tracker.' || name) is not null)
         from unnest(array[
           'process', 'process_tracking', 'actor_lkup', 'source_lkup', 'extract_tracking', 'location_lkup'
         ]) as name
       ) as foreign,
       exists (
         select from pg_class
         where relnamespace = to_regnamespace('process_tracker') and relkind in ('r', 'p', 'v')
       ) as tables`,
  );
  if (found!.ours) {
    const rows = await run<{ name: string }>('select name from waybill_migration order by id');
    const applied = rows.map(({ name }) => name);
    const unknown = applied.filter((name) => !migrations.some((migration) => migration.name === name));
    if (unknown.length)
      throw new StoreError(
        `A newer Waybill has changed this store (${unknown.join(', ')}): use that version, or a copy of the store from before.`,
      );
    return { kind: 'ours', applied: new Set(applied) };
  }
  if (!found!.foreign && found!.tables)
    throw new StoreError(
      "The schema process_tracker of this database holds tables that are neither Waybill's nor ProcessTracker's: give another database.",
    );
  return { kind: found!.foreign ? 'foreign' : 'empty', applied: new Set() };
}

const setSetting = (run: Run, key: string, value: string) =>
  run(
    `insert into waybill_setting (key, value)
     values (${literal(key)}, ${literal(value)})
     on conflict (key) do update
     set value = excluded.value`,
  );
