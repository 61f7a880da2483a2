import { withNewNode } from '../node-version.js';

await withNewNode(async () => (await import('../example/example-command.js')).exampleCommand(process.argv.slice(2)));
