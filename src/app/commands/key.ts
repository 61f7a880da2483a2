import { withNewNode } from '../node-version.js';

await withNewNode(async () => (await import('./key-command.js')).keyCommand(process.argv.slice(2)));
