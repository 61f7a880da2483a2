import { serverAudits, type Audit } from 'graphql-http';
import { createDatabase, type TestDatabase } from '../support/cluster.js';
import { connect, startHttp, type HttpServer } from '../support/http.js';

let database: TestDatabase;
let db: ReturnType<typeof connect>;
let server: HttpServer;
beforeAll(async () => {
  database = await createDatabase('audit');
  db = connect(database.url);
  server = await startHttp({ db });
});
afterAll(async () => {
  await server.close();
  await db.pool.end();
  await database.drop();
});

const audits = serverAudits({ url: () => `${server.url}/graphql` }).map((audit): [string, Audit] => [`${audit.id} ${audit.name}`, audit]);

// What the GraphQL-over-HTTP specification asks of a server, each demand a test. A SHOULD or MAY counts like a MUST.
test.each(audits)('%s', async (_, audit) => {
  const result = await audit.fn();
  expect({ status: result.status, reason: 'reason' in result ? result.reason : undefined }).toEqual({ status: 'ok', reason: undefined });
});

test('none of the demands is missing', () => expect(audits).toHaveLength(61));
