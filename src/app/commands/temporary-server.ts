import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../platform/config.js';
import { createLog } from '../log.js';
import { buildWaybillSchema } from '../schema.js';
import { startServer } from '../http/server.js';
import { folderPrefix } from '../../example/run-example.js';
import { openStore } from '../store/open-store.js';

/** A whole server on a store of its own, on any free port. What this machine's environment says of a store or a port does not count here. */
export async function startTemporaryServer(): Promise<{ url: string; end(): Promise<void> }> {
  const undo: (() => Promise<unknown>)[] = [];
  const end = async () => {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), folderPrefix));
    undo.push(() => rm(folder, { recursive: true, force: true }));
    // Where root starts it, PostgreSQL runs as another user, who must pass through.
    await chmod(folder, 0o711);
    const config = { ...readConfig({}, []), dataDir: join(folder, 'data'), port: 0, logLevel: 'error' as const };
    const log = createLog(config.logLevel);
    const store = await openStore(config, log);
    undo.push(() => store.close());
    const server = await startServer({ config, log, schema: await buildWaybillSchema(), db: store.db, state: store.state });
    undo.push(() => server.close());
    return { url: server.url, end };
  } catch (error) {
    await end();
    throw error;
  }
}
