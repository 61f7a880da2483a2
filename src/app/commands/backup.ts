import { withNewNode } from '../node-version.js';

await withNewNode(async () => (await import('./backup-commands.js')).backupCommand(process.argv.slice(2)));
