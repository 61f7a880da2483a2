import 'reflect-metadata';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useEmbeddedPostgres } from '../embedded/use-postgres.js';
import { migrate } from '../store/migrate.js';
import { createOrm } from '../store/orm.js';

const usage = `Writes the next migration: the SQL by which the entities differ from the migrations before.

  npm run migration -- NAME    writes migrations/NNNN-NAME.sql, to be reviewed and completed by hand
  npm run migration -- --check writes no file, and fails if there is a difference`;

/** What a new store lacks of the entities, as SQL. */
async function missing(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-migration-'));
  // PostgreSQL may run as another user than we.
  await chmod(folder, 0o711);
  try {
    const server = await useEmbeddedPostgres({ dataDir: join(folder, 'data'), settings: { fsync: 'off' } });
    try {
      await migrate(server.url);
      const orm = createOrm(server.url);
      try {
        return (await orm.schema.getUpdateSchemaSQL({ wrap: false })).trim();
      } finally {
        await orm.close();
      }
    } finally {
      await server.leave();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function write(name: string, sql: string): Promise<string> {
  const last = (await readdir('migrations'))
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .at(-1);
  const number = String(parseInt(last ?? '0', 10) + 1).padStart(4, '0');
  const file = `migrations/${number}-${name}.sql`;
  await writeFile(file, `${sql}\n`, { flag: 'wx' });
  return file;
}

async function run([name, ...rest]: string[]): Promise<void> {
  const check = name === '--check';
  if (!name || rest.length || (!check && !/^[a-z\d]+(-[a-z\d]+)*$/.test(name))) throw new Error(usage);
  const sql = await missing();
  if (check && sql)
    throw new Error(`The migrations do not make what the entities say; \`npm run migration -- NAME\` would write:\n\n${sql}`);
  if (!check)
    console.log(
      sql
        ? `${await write(name, sql)} is written. Read it: what moves rows has to be added by hand.`
        : 'The migrations make all that the entities say.',
    );
}

await run(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
