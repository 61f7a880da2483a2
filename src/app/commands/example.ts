import { withNewNode } from '../node-version.js';

await withNewNode(async () => (await import('./example-command.js')).exampleCommand(process.argv.slice(2)));
