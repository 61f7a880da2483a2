import { once } from 'node:events';
import pg from 'pg';
import { useEmbeddedPostgres } from '../../src/app/embedded/use-postgres.js';

/**
 * A program that uses the server of a data folder until its standard input says so: `node … postgres-user.ts FOLDER [write]`. With `write` it adds
 * rows one after another, whatever happens to the server, and tells each one that was acknowledged.
 */
const [, , dataDir, write] = process.argv;
const say = (line: string) => process.stdout.write(`${line}\n`);
let wanted = true;

try {
  const server = await useEmbeddedPostgres({ dataDir: dataDir!, log: (message) => say(`log ${message}`) });
  say(`ready ${server.url}`);
  const leave = once(process.stdin, 'data').then(() => (wanted = false));
  for (let n = 1; wanted && write;) {
    const client = new pg.Client({ connectionString: server.url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      for (; wanted; n++) {
        await client.query('insert into written values ($1) on conflict do nothing', [n]);
        say(`wrote ${n}`);
      }
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  await leave;
  await server.leave();
  say('left');
  process.exit(0);
} catch (error) {
  say(`refused ${(error as Error).message}`);
  process.exit(1);
}
