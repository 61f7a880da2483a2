import { withoutSecrets } from '../../platform/config.js';
import type { Violation } from '../store/apply-rules.js';
import { migrate, type StoreState } from '../store/migrate.js';
import { command, storeOptions, withStoreAddress, type Print } from './run-command.js';

const usage = `Makes the data store ready for Waybill: an empty database, an older store, or one that ProcessTracker made, in place, with its rows.

  npm run setup                                 takes the store over; rows that violate a rule are listed and not changed
  npm run setup -- --dry-run                    prints the SQL and the rows, and changes nothing
  npm run setup -- --repair                     also repairs the rows that violate a rule, as the list says
  npm run setup -- --time-zone Europe/Berlin    the zone that the store's times without zone are in: that of the Python hosts (default UTC)

--data-dir and --database-url say which store, as for the server.
Ends with 0 when the store is ready, with 2 when rows are left to repair, with 1 after a failure.`;

const listOf = ({ says, remedy, total, rows }: Violation) =>
  [
    `${says} ${total === 1 ? 'One row violates' : `${total} rows violate`} this rule:`,
    ...rows.map((row) => `  ${JSON.stringify(row)}`),
    ...(total > rows.length ? [`  and ${total - rows.length} more`] : []),
    `  --repair: ${remedy}`,
  ].join('\n');

function tell(state: StoreState, dryRun: boolean, print: Print): number {
  const violations = state.kind === 'ready' ? [] : state.violations;
  for (const violation of violations) print(`\n${listOf(violation)}`);
  if (violations.length) {
    print(
      '\nUntil these rows are repaired the server is read-only. Repair them by hand and run this again, or let `npm run setup -- --repair` do it.',
    );
    return 2;
  }
  print(dryRun ? 'Nothing was changed, and no row violates a rule.' : 'The store is ready.');
  return 0;
}

/** `npm run setup`. Ends with the exit code that the usage says. */
export const setupCommand = command({
  usage,
  options: { ...storeOptions, 'dry-run': { type: 'boolean' }, repair: { type: 'boolean' }, 'time-zone': { type: 'string' } },
  positionals: 0,
  async run({ 'dry-run': dryRun = false, repair = false, 'time-zone': timeZone, ...values }, _, print) {
    return withStoreAddress(values, undefined, async (url) => {
      print(`${dryRun ? '-- What would run on' : 'Setting up'} ${withoutSecrets(url)}`);
      return tell(await migrate(url, { setup: true, repair, dryRun, timeZone, log: print }), dryRun, print);
    });
  },
});
