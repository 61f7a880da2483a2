import { clearKeys, createKey, listKeys, revokeKey, roles } from '../../actor/api-keys.js';
import { createLog } from '../log.js';
import { StartError } from '../start-error.js';
import { openStore } from '../store/open-store.js';
import { command, storeConfig, storeOptions, UsageError } from './run-command.js';

const usage = `Keys that callers of the server identify themselves with. With at least one key, every call needs one.

  npm run key -- create --actor NAME --role ${roles.join('|')} [--name NAME]   makes a key and prints it, once
  npm run key -- list                                                   all keys, without the keys themselves
  npm run key -- revoke NAME                                            the key stops working, within seconds
  npm run key -- clear                                                  removes all keys: the server is open to its own machine again

--data-dir and --database-url say which store, as for the server.`;

/** `npm run key` */
export const keyCommand = command({
  usage,
  options: { ...storeOptions, actor: { type: 'string' }, role: { type: 'string' }, name: { type: 'string' } },
  async run(values, [verb = '', ...names], print) {
    if (!['create', 'list', 'revoke', 'clear'].includes(verb) || names.length !== (verb === 'revoke' ? 1 : 0)) throw new UsageError();
    if (verb === 'create' && (!values.actor || !values.role)) throw new UsageError('create needs --actor and --role.');

    const store = await openStore(storeConfig(values), createLog('warn'));
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
  },
});
