import { withNewNode } from './node-version.js';

// Nothing else may be imported here: what the program is made of does not load in an old Node.
await withNewNode(async () => (await import('./serve.js')).serve());
