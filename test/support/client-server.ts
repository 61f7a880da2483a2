import { createKey } from '../../src/actor/api-keys.js';
import { openApi, type Api } from './api.js';
import { startHttp, type HttpServer } from './http.js';

/** A server for a client of another maker: seven processes, and a key that may write. */
export interface ClientServer {
  api: Api;
  server: HttpServer;
  /** Of its GraphQL. */
  url: string;
  key: string;
  close(): Promise<void>;
}

export const processNames = ['load 1', 'load 2', 'load 3', 'load 4', 'load 5', 'load 6', 'load 7'];

export async function startForClients(name: string): Promise<ClientServer> {
  const api = await openApi(name);
  await api.sql('insert into process (process_name) select * from unnest($1::text[])', [processNames]);
  const { key } = await createKey(api.db, { actor: 'a client', role: 'write' });
  const server = await startHttp({ db: api.db, schema: api.schema, config: { pollMs: 50 } });
  return {
    api,
    server,
    url: `${server.url}/graphql`,
    key,
    async close() {
      await server.close();
      await api.close();
    },
  };
}
