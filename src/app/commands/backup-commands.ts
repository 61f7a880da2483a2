import { resolve } from 'node:path';
import { backup } from '../store/backup.js';
import { migrate } from '../store/migrate.js';
import { readBackup, restore } from '../store/restore.js';
import { command, storeOptions, withStoreAddress } from './run-command.js';

const stores = '--data-dir and --database-url say which store, as for the server.';

const backupUsage = `Writes all that the store holds into one file, also while servers use it.

  npm run backup -- FILE              compressed if FILE ends in .gz

${stores}`;

const restoreUsage = `Puts a backup into a store. Stop the servers that use it before.

  npm run restore -- FILE             into a store without rows
  npm run restore -- FILE --overwrite replaces all that the store holds

${stores}`;

const total = (tables: { rows: number }[]) => `${tables.reduce((sum, { rows }) => sum + rows, 0)} rows of ${tables.length} tables`;

/** npm goes to the project's folder; a name is meant from where the person is. */
const fileOf = (name: string) => resolve(process.env.INIT_CWD ?? process.cwd(), name);

/** `npm run backup -- FILE` */
export const backupCommand = command({
  usage: backupUsage,
  options: storeOptions,
  positionals: 1,
  async run(values, [name = ''], print) {
    const file = fileOf(name);
    const { tables } = await withStoreAddress(values, print, (url) => backup(url, file));
    print(`${total(tables)} are in ${file}.`);
  },
});

/** `npm run restore -- FILE [--overwrite]` */
export const restoreCommand = command({
  usage: restoreUsage,
  options: { ...storeOptions, overwrite: { type: 'boolean' } },
  positionals: 1,
  async run({ overwrite = false, ...values }, [name = ''], print) {
    const file = fileOf(name);
    await withStoreAddress(values, print, async (url) => {
      await readBackup(file);
      // Makes the store where there is none yet; afterwards makes the functions, and the rules that the rows allow.
      await migrate(url);
      const { tables } = await restore(url, file, { overwrite });
      const state = await migrate(url);
      print(`${total(tables)} are restored from ${file}.${state.kind === 'read-only' ? ` The store is read-only: ${state.reason}` : ''}`);
    });
  },
});
