import { askAt, ExampleError } from '../../example/ask.js';
import { runExample } from '../../example/run-example.js';
import { withoutSecrets } from '../../platform/config.js';
import { command, UsageError } from './run-command.js';
import { startTemporaryServer } from './temporary-server.js';

const usage = `Registers processes over real data files, runs them, and asks what they read and write, where a table comes from, who is on call, what
depends on what, which processes ran and which did not, and which files were loaded.

  npm run example                                        in a temporary store, which is removed afterwards
  npm run example -- --url http://127.0.0.1:4000         on a running server (or WAYBILL_URL); repeating it changes nothing
  npm run example -- --url https://… --key KEY           on a server that asks for a key that may write (or WAYBILL_KEY)
  npm run example -- --url … --group "second try"        runs all processes once more, as another run group; default: a group a day
  npm run example -- --keep                              keeps the tables that it writes, and prints their folder`;

/** Lets `work` end early after Ctrl+C, by a signal that it passes on, so that it cleans up: else a PostgreSQL or files would stay behind. */
async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const interrupt = () => stop.abort(new ExampleError('Interrupted.'));
  // Not `once`: npm passes a terminal's Ctrl+C on, so that it comes twice.
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    await work(stop.signal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

async function inTemporaryServer(work: (url: string) => Promise<void>): Promise<void> {
  const server = await startTemporaryServer();
  try {
    await work(server.url);
  } finally {
    await server.end();
  }
}

/** `npm run example` */
export const exampleCommand = command({
  usage,
  options: { url: { type: 'string' }, key: { type: 'string' }, group: { type: 'string' }, keep: { type: 'boolean' } },
  positionals: 0,
  async run({ url = process.env.WAYBILL_URL, key = process.env.WAYBILL_KEY, ...options }, _, print) {
    if (url && !/^https?:/.test(url))
      throw new UsageError(`The server's address must be like http://127.0.0.1:4000, not ${JSON.stringify(withoutSecrets(url))}.`);
    await untilInterrupted(async (signal) => {
      if (url) await runExample(askAt(url, key, signal), print, options);
      else await inTemporaryServer((own) => runExample(askAt(own, undefined, signal), print, options));
    });
    if (!url) print('\nThis was a temporary store. To keep the example: npm start, then npm run example -- --url http://127.0.0.1:4000');
  },
});
