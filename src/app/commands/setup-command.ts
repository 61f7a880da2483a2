import { parseArgs } from 'node:util';
import { readConfig, withoutSecrets } from '../../platform/config.js';
import { ConfigError } from '../../platform/errors.js';
import { startError } from '../database-errors.js';
import { StartError, useEmbeddedPostgres } from '../embedded-postgres.js';
import type { Violation } from '../apply-rules.js';
import { migrate, type StoreState } from '../migrate.js';

const usage = `Makes the data store ready for Waybill: an empty database, an older store, or one that ProcessTracker made, in place, with its rows.

  npm run setup                                 takes the store over; rows that stand against a rule stay as they are and are listed
  npm run setup -- --dry-run                    prints the SQL and the rows, and changes nothing
  npm run setup -- --repair                     also mends the rows that stand against a rule, as the list says
  npm run setup -- --time-zone Europe/Berlin    the zone that the store's times without zone are in: that of the Python hosts (UTC if never said)

--data-dir and --database-url say which store, as for the server.
Ends with 0 when the store is ready, with 2 when rows are left to mend, with 1 when something went wrong.`;

const stored = ['data-dir', 'database-url'] as const;

class UsageError extends Error {}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      options: {
        'dry-run': { type: 'boolean' },
        repair: { type: 'boolean' },
        'time-zone': { type: 'string' },
        'data-dir': { type: 'string' },
        'database-url': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${withoutSecrets((error as Error).message)}\n\n${usage}`);
  }
}

const listOf = ({ says, remedy, total, rows }: Violation) =>
  [
    `${says} ${total === 1 ? 'One row stands' : `${total} rows stand`} against it:`,
    ...rows.map((row) => `  ${JSON.stringify(row)}`),
    ...(total > rows.length ? [`  and ${total - rows.length} more`] : []),
    `  --repair: ${remedy}`,
  ].join('\n');

function tell(state: StoreState, dryRun: boolean, print: (line: string) => void): number {
  const violations = state.kind === 'ready' ? [] : state.violations;
  for (const violation of violations) print(`\n${listOf(violation)}`);
  if (violations.length) {
    print(
      '\nUntil these rows are mended the server is read-only here. Mend them by hand and run this again, or let `npm run setup -- --repair` do it.',
    );
    return 2;
  }
  print(dryRun ? 'Nothing was changed, and no row is in the way.' : 'The store is ready.');
  return 0;
}

async function run(argv: string[], print: (line: string) => void): Promise<number> {
  const values = parse(argv);
  if (values.help) {
    print(usage);
    return 0;
  }
  const config = readConfig(
    process.env,
    stored.flatMap((flag) => (values[flag] === undefined ? [] : [`--${flag}=${values[flag]}`])),
  );
  const embedded = config.databaseUrl ? undefined : await useEmbeddedPostgres({ dataDir: config.dataDir });
  try {
    const url = embedded?.url ?? config.databaseUrl!;
    const dryRun = values['dry-run'] ?? false;
    print(`${dryRun ? '-- What would be run on' : 'Setting up'} ${withoutSecrets(url)}`);
    const options = { setup: true, repair: values.repair ?? false, dryRun, timeZone: values['time-zone'], log: print };
    const state = await migrate(url, options).catch((error: unknown) => {
      throw startError(error, url);
    });
    return tell(state, dryRun, print);
  } finally {
    await embedded?.leave();
  }
}

/** `npm run setup`. Answers with the exit code, see the usage. */
export async function setupCommand(argv: string[], print: (line: string) => void = console.log): Promise<void> {
  try {
    process.exitCode = await run(argv, print);
  } catch (error) {
    const known = [UsageError, ConfigError, StartError].some((kind) => error instanceof kind);
    console.error(known ? (error as Error).message : error);
    process.exitCode = 1;
  }
}
