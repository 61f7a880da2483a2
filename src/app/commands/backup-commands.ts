import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig, withoutSecrets } from '../../platform/config.js';
import { ConfigError } from '../../platform/errors.js';
import { backup, BackupError } from '../backup.js';
import { startError } from '../database-errors.js';
import { StartError, useEmbeddedPostgres } from '../embedded-postgres.js';
import { migrate, StoreError } from '../migrate.js';
import { readBackup, restore } from '../restore.js';

const stores = '--data-dir and --database-url say which store, as for the server.';

const backupUsage = `Writes all that the store holds into one file, also while servers use it.

  npm run backup -- FILE              compressed if FILE ends in .gz

${stores}`;

const restoreUsage = `Puts a backup into a store. Stop the servers that use it before.

  npm run restore -- FILE             into a store without rows
  npm run restore -- FILE --overwrite replaces all that the store holds

${stores}`;

class UsageError extends Error {}

function parse(argv: string[], usage: string, flags: Record<string, { type: 'boolean' }>) {
  try {
    const options = {
      ...flags,
      'data-dir': { type: 'string' },
      'database-url': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    return parseArgs({ args: argv, allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(`${withoutSecrets((error as Error).message)}\n\n${usage}`);
  }
}

type Print = (line: string) => void;

/** Runs `work` on the store's address and the file that the arguments name; ends the process with 1 and a sentence where something is wrong. */
async function command(
  argv: string[],
  usage: string,
  flags: Record<string, { type: 'boolean' }>,
  print: Print,
  work: (url: string, file: string, values: Record<string, unknown>) => Promise<string>,
): Promise<void> {
  try {
    const { values, positionals } = parse(argv, usage, flags);
    if (values.help) return print(usage);
    if (positionals.length !== 1) throw new UsageError(usage);
    const given = (['data-dir', 'database-url'] as const).flatMap((flag) =>
      values[flag] === undefined ? [] : [`--${flag}=${values[flag]}`],
    );
    const config = readConfig(process.env, given);
    // npm goes to the project's folder; a name is meant from where the person is.
    const file = resolve(process.env.INIT_CWD ?? process.cwd(), positionals[0]!);
    const embedded = config.databaseUrl ? undefined : await useEmbeddedPostgres({ dataDir: config.dataDir, log: print });
    const url = embedded?.url ?? config.databaseUrl!;
    try {
      print(await work(url, file, values));
    } catch (error) {
      throw startError(error, url);
    } finally {
      await embedded?.leave();
    }
  } catch (error) {
    const known = [UsageError, ConfigError, StartError, StoreError, BackupError].some((kind) => error instanceof kind);
    console.error(known ? (error as Error).message : error);
    process.exitCode = 1;
  }
}

const total = (tables: { rows: number }[]) => `${tables.reduce((sum, { rows }) => sum + rows, 0)} rows of ${tables.length} tables`;

/** `npm run backup -- FILE` */
export const backupCommand = (argv: string[], print: Print = console.log): Promise<void> =>
  command(argv, backupUsage, {}, print, async (url, file) => `${total((await backup(url, file)).tables)} are in ${file}.`);

/** `npm run restore -- FILE [--overwrite]` */
export const restoreCommand = (argv: string[], print: Print = console.log): Promise<void> =>
  command(argv, restoreUsage, { overwrite: { type: 'boolean' } }, print, async (url, file, { overwrite }) => {
    await readBackup(file);
    // Makes the store where there is none yet; afterwards makes the functions, and the rules that the rows allow.
    await migrate(url);
    const { tables } = await restore(url, file, { overwrite: overwrite === true });
    const state = await migrate(url);
    return `${total(tables)} are restored from ${file}.${state.kind === 'read-only' ? ` The store is read-only: ${state.reason}` : ''}`;
  });
