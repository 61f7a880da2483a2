import { load } from './typescript-hooks.js';

/** Starts one PostgreSQL for the whole run and makes the template of which tests copy their databases. */
export default async function globalSetup(): Promise<void> {
  // Jest compiles this file to CommonJS; what it starts is loaded as the modules that our sources are.
  const { startTestServer } = (await load('./test-server.ts')) as typeof import('./test-server.js');
  globalThis.stopTestServer = await startTestServer();
}
