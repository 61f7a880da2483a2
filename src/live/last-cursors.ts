import type { Context } from '../platform/read/context.js';

/** The last cursor of a client that comes again with the same document, as a browser's EventSource does: it goes before `after`. */
export const lastCursors = new WeakMap<Context, string>();
