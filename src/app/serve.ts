import { setTimeout as sleep } from 'node:timers/promises';
import { refusalToListen } from '../actor/caller.js';
import { KeyRing } from '../actor/api-keys.js';
import { help, printable, readConfig, type Config } from '../platform/config.js';
import { ConfigError } from '../platform/errors.js';
import { createLog, type Log } from './log.js';
import { isUnavailable } from './store/database-errors.js';
import { StartError } from './start-error.js';
import { refuseEarly } from './refuse-early.js';
import { buildWaybillSchema } from './schema.js';
import { ListenError, startServer, type Server } from './http/server.js';
import { openStore, type Store } from './store/open-store.js';
import { startSweeper } from './sweeper.js';
import { messageOf } from '../platform/text-at.js';

/** The program behind `npm start`: runs until it is told to stop. */
export async function serve(): Promise<void> {
  const argv = process.argv.slice(2);
  if (argv.includes('--help') || argv.includes('-h'))
    return console.log(`Waybill's server. Flags, each with the environment variable that stands for it:\n\n${help()}`);
  try {
    await run(readConfig(process.env, argv));
  } catch (error) {
    const known = error instanceof ConfigError || error instanceof ListenError || error instanceof StartError;
    console.error(known ? error.message : error);
    process.exit(1);
  }
}

async function run(config: Config): Promise<void> {
  const log = createLog(config.logLevel);
  for (const warning of config.warnings) log.warn(warning);
  log.info({ config: printable(config), node: process.version }, 'starting');
  // A promise that nobody waits for failed: a mistake of ours, but no reason to break off everybody's requests.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));

  const stopping = new AbortController();
  let early: ReturnType<typeof refuseEarly> | undefined;
  let server: Server | undefined;
  let opening: Promise<Store> | undefined;
  let stopSweeper: (() => Promise<void>) | undefined;
  /** Requests that run may end, then the connections go, then the use of the embedded server. */
  const stop = async () => {
    await stopSweeper?.();
    await server?.close();
    // A store that is still being opened may wait for another server's migration.
    const store = await Promise.race([opening?.catch(() => undefined), sleep(10_000, undefined, { ref: false })]);
    await store?.close();
    await (await early?.catch(() => undefined))?.leave();
  };
  onSignal(log, () => {
    stopping.abort();
    return stop();
  });
  try {
    const held = await (early = refuseEarly(config, log));
    // The port comes before the store: while the database is awaited, health pages and a clear refusal can be had already.
    const listening = (server = await startServer({ config, log, schema: await buildWaybillSchema() }));
    opening = openStore(config, log, { waiting: (reason) => listening.wait(reason), signal: stopping.signal });
    const store = await opening;
    await held?.leave();
    const { db, state } = store;
    const refused = await refusalToListen(new KeyRing(db), config);
    if (refused) throw new StartError(refused);
    server.use(db, state);
    followStore(store, server, log);
    if (config.sweepSeconds) stopSweeper = startSweeper(store, config.sweepSeconds, log);
    log.info({ url: server.url, store: state.kind }, 'ready');
    console.log(`Waybill answers on ${server.url}/graphql${state.kind === 'read-only' ? `, read-only: ${state.reason}` : ''}`);
  } catch (error) {
    if (stopping.signal.aborted) return; // The one who stops ends the process.
    await stop();
    throw error;
  }
}

/** A store that waits for `npm run setup` is looked at seldom: that reads all that may violate a rule. */
const lookMs = { database: 5_000, store: 15_000 };

/**
 * Whether a store takes writes may change while we run: it is set up, a standby is promoted, a setting of the database is changed. Looked at from
 * time to time, and at once when the database has refused a write.
 */
function followStore(store: Store, server: Server, log: Log): void {
  let looking = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async () => {
    looking = true;
    clearTimeout(timer);
    try {
      if (await store.refresh()) {
        const { db, state } = store;
        server.use(db, state);
        if (state.kind === 'ready') log.info('the store takes writes now');
        else log.warn({ reason: state.reason }, 'the store is read-only now');
      }
    } catch (error) {
      // While it is away, the requests say so.
      if (!isUnavailable(error)) log.warn({ err: error }, 'could not see whether the store takes writes');
    }
    looking = false;
    watch();
  };
  const watch = () => {
    const { db, state } = store;
    db.onRefusal = (error) => {
      if (looking) return;
      log.warn({ reason: messageOf(error) }, 'the database has refused a write');
      void look();
    };
    timer = setTimeout(() => void look(), state.kind === 'ready' || state.cause ? lookMs.database : lookMs.store);
    timer.unref();
  };
  watch();
}

function onSignal(log: Log, end: () => Promise<void>): void {
  let since: number | undefined;
  const handle = (signal: NodeJS.Signals) => {
    if (since !== undefined) {
      // npm passes a terminal's SIGINT on, so that one Ctrl+C comes twice at once.
      if (signal === 'SIGINT' && Date.now() - since > 500) process.exit(130);
      return;
    }
    since = Date.now();
    log.info({ signal }, 'stopping: running requests are finished first');
    end().then(
      () => {
        log.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, 'could not stop in good order');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', handle);
  process.on('SIGINT', handle);
}
