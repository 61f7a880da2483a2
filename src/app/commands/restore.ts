import { withNewNode } from '../node-version.js';

await withNewNode(async () => (await import('./backup-commands.js')).restoreCommand(process.argv.slice(2)));
