import type { Context } from '../platform/read/context.js';

/** The last cursor of a client that reconnects with the same document, as a browser's EventSource does: it takes precedence over `after`. */
export const lastCursors = new WeakMap<Context, string>();
