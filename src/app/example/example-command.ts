import { parseArgs } from 'node:util';
import { StartError } from '../embedded-postgres.js';
import { askAt, ExampleError } from './ask.js';
import { runExample } from './run-example.js';
import { startTemporaryServer } from './temporary-server.js';

const usage = `Registers processes over real data files, runs them, and asks what they read and write, where a table comes from, whom to call, what
depends on what, what ran and what did not, and how files fared.

  npm run example                                        in a temporary store, which is gone afterwards
  npm run example -- --url http://127.0.0.1:4000         on a running server (or WAYBILL_URL); doing it again changes nothing
  npm run example -- --url https://… --key KEY           on a server that asks for a key that may write (or WAYBILL_KEY)
  npm run example -- --url … --group "second try"        runs all processes once more, as another run group; a group a day, if not said
  npm run example -- --keep                              leaves the tables that were made, and says where`;

class UsageError extends Error {}

function parse(argv: string[]) {
  try {
    const options = {
      url: { type: 'string' },
      key: { type: 'string' },
      group: { type: 'string' },
      keep: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    const { values } = parseArgs({ args: argv, options });
    const url = values.url ?? process.env.WAYBILL_URL;
    if (url && !/^https?:/.test(url))
      throw new Error(`The server's address must be like http://127.0.0.1:4000, not ${JSON.stringify(url)}.`);
    return { ...values, url, key: values.key ?? process.env.WAYBILL_KEY };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
}

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

/** `npm run example`. Ends the process with 1 and a sentence where something is wrong. */
export async function exampleCommand(argv: string[], print: (text: string) => void = console.log): Promise<void> {
  // Whoever reads may stop (`| head`); the cleaning up goes on.
  process.stdout.on('error', () => undefined);
  try {
    const { url, key, help, ...options } = parse(argv);
    if (help) return print(usage);
    await untilInterrupted(async (signal) => {
      if (url) await runExample(askAt(url, key, signal), print, options);
      else await inTemporaryServer((own) => runExample(askAt(own, undefined, signal), print, options));
    });
    if (!url) print('\nThis was a temporary store. To keep the example: npm start, then npm run example -- --url http://127.0.0.1:4000');
  } catch (error) {
    const known = [UsageError, ExampleError, StartError].some((kind) => error instanceof kind);
    console.error(known ? (error as Error).message : error);
    process.exitCode = 1;
  }
}
