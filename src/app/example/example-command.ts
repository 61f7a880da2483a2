import { parseArgs } from 'node:util';
import { StartError } from '../embedded-postgres.js';
import { askAt, ExampleError, runExample } from './run-example.js';
import { startTemporaryServer } from './temporary-server.js';

const usage = `Registers processes over real data files and asks what they read and write, where a table comes from, whom to call, what depends on what.

  npm run example                                        in a temporary store, which is gone afterwards
  npm run example -- --url http://127.0.0.1:4000         on a running server (or WAYBILL_URL); doing it again changes nothing
  npm run example -- --url https://… --key KEY           on a server that asks for a key that may write (or WAYBILL_KEY)`;

class UsageError extends Error {}

function parse(argv: string[]) {
  try {
    const options = { url: { type: 'string' }, key: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;
    const { values } = parseArgs({ args: argv, options });
    const url = values.url ?? process.env.WAYBILL_URL;
    if (url && !/^https?:/.test(url))
      throw new Error(`The server's address must be like http://127.0.0.1:4000, not ${JSON.stringify(url)}.`);
    return { ...values, url, key: values.key ?? process.env.WAYBILL_KEY };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
}

/** Ends the temporary server in any case, also after Ctrl+C: else its PostgreSQL would stay behind. */
async function inTemporaryServer(work: (url: string) => Promise<void>): Promise<void> {
  let interrupt = (): void => undefined;
  const interrupted = new Promise<never>((_, reject) => (interrupt = () => reject(new ExampleError('Interrupted.'))));
  // Not `once`: npm passes a terminal's Ctrl+C on, so that it comes twice.
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const starting = startTemporaryServer();
  try {
    await Promise.race([starting.then(({ url }) => work(url)), interrupted]);
  } finally {
    // A start that failed has cleaned up behind itself.
    await starting.then(
      (server) => server.end(),
      () => undefined,
    );
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** `npm run example`. Ends the process with 1 and a sentence where something is wrong. */
export async function exampleCommand(argv: string[], print: (text: string) => void = console.log): Promise<void> {
  // Whoever reads may stop (`| head`); the cleaning up goes on.
  process.stdout.on('error', () => undefined);
  try {
    const { url, key, help } = parse(argv);
    if (help) return print(usage);
    if (url) return await runExample(askAt(url, key), print);
    await inTemporaryServer((own) => runExample(askAt(own), print));
    print('\nThis was a temporary store. To keep the example: npm start, then npm run example -- --url http://127.0.0.1:4000');
  } catch (error) {
    const known = [UsageError, ExampleError, StartError].some((kind) => error instanceof kind);
    console.error(known ? (error as Error).message : error);
    process.exitCode = 1;
  }
}
