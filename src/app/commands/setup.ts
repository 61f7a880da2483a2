import { withNewNode } from '../node-version.js';

await withNewNode(async () => (await import('./setup-command.js')).setupCommand(process.argv.slice(2)));
