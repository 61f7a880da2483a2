import { parseArgs } from 'node:util';
import { clearKeys, createKey, listKeys, revokeKey, roles } from '../../actor/api-key.service.js';
import { readConfig, withoutSecrets } from '../../platform/config.js';
import { ConfigError, DomainError } from '../../platform/errors.js';
import { createLog } from '../../platform/log.js';
import { StartError } from '../embedded-postgres.js';
import { openStore } from '../store.js';

const usage = `Keys that callers of the server identify themselves with. With at least one key, every call needs one.

  npm run key -- create --actor NAME --role ${roles.join('|')} [--name NAME]   makes a key and prints it, once
  npm run key -- list                                                   all keys, without the keys themselves
  npm run key -- revoke NAME                                            the key stops working, within seconds
  npm run key -- clear                                                  removes all keys: the server is open to its own machine again

--data-dir and --database-url say which store, as for the server.`;

const stored = ['data-dir', 'database-url'] as const;

class UsageError extends Error {}

function parse(argv: string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        actor: { type: 'string' },
        role: { type: 'string' },
        name: { type: 'string' },
        'data-dir': { type: 'string' },
        'database-url': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return { values, positionals };
  } catch (error) {
    throw new UsageError(`${withoutSecrets((error as Error).message)}\n\n${usage}`);
  }
}

async function run(argv: string[], print: (line: string) => void): Promise<void> {
  const { values, positionals } = parse(argv);
  const [verb, ...names] = positionals;
  if (values.help) return print(usage);
  if (!['create', 'list', 'revoke', 'clear'].includes(verb ?? '') || names.length !== (verb === 'revoke' ? 1 : 0))
    throw new UsageError(usage);
  if (verb === 'create' && (!values.actor || !values.role)) throw new UsageError(`create needs --actor and --role.\n\n${usage}`);

  const config = readConfig(
    process.env,
    stored.flatMap((flag) => (values[flag] === undefined ? [] : [`--${flag}=${values[flag]}`])),
  );
  const store = await openStore(config, createLog('warn'));
  try {
    if (store.state.kind === 'read-only' && store.state.untouched)
      throw new StartError('This store is not set up for Waybill yet, so it has no place for keys: run `npm run setup` first.');
    if (store.state.kind === 'read-only' && store.state.cause && verb !== 'list')
      throw new StartError(`${store.state.reason} No key was changed.`);
    if (verb === 'create') {
      const made = await createKey(store.db, { actor: values.actor!, role: values.role!, name: values.name });
      print(
        `Key ${JSON.stringify(made.name)} for ${made.actor} (${made.role}). It is shown only now:\n\n${made.key}\n\nCallers send it as "Authorization: Bearer KEY".`,
      );
    } else if (verb === 'revoke') {
      const { name } = await revokeKey(store.db, names[0]!);
      print(`Key ${JSON.stringify(name)} is revoked. A running server refuses it within seconds.`);
    } else if (verb === 'clear') {
      const gone = await clearKeys(store.db);
      print(
        `${gone.length} keys removed. A server on a loopback address needs no key now; one on another address refuses all calls until a key is created.`,
      );
    } else {
      const keys = await listKeys(store.db);
      print(
        keys.length
          ? keys
              .map((k) => `${k.name}\t${k.actor}\t${k.role}\t${k.createdAt}\t${k.revokedAt ? `revoked ${k.revokedAt}` : 'valid'}`)
              .join('\n')
          : 'There are no keys.',
      );
    }
  } finally {
    await store.close();
  }
}

/** `npm run key`. Ends the process with 1 and a sentence where something is wrong. */
export async function keyCommand(
  argv: string[],
  print: (line: string) => void = console.log,
  complain: (problem: unknown) => void = console.error,
): Promise<void> {
  try {
    await run(argv, print);
  } catch (error) {
    const known = [UsageError, ConfigError, DomainError, StartError].some((kind) => error instanceof kind);
    complain(known ? (error as Error).message : error);
    process.exitCode = 1;
  }
}
