import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startForClients } from '../support/client-server.js';

const example = fileURLToPath(new URL('./examples/gql_client.py', import.meta.url));
const python = process.env.WAYBILL_TEST_PYTHON ?? 'python3';
const hasGql = (() => {
  try {
    execFileSync(python, ['-c', 'import gql.transport.aiohttp, gql.transport.websockets'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

const title = `Python's gql by HTTP and WebSocket${hasGql ? '' : ` (skipped: ${python} has no gql[aiohttp,websockets]; WAYBILL_TEST_PYTHON names one that has)`}`;
(hasGql ? test : test.skip)(title, async () => {
  const at = await startForClients('python_gql');
  const env = { ...process.env, WAYBILL_URL: at.url, WAYBILL_KEY: at.key };
  const { stdout } = await promisify(execFile)(python, [example], { env });
  expect(stdout.trim().split('\n')).toEqual([
    "{'name': 'by python, http', 'createdBy': {'name': 'a client'}}",
    "[{'name': 'by python, http'}, {'name': 'load 1'}]",
    "{'name': 'by python, websocket', 'createdBy': {'name': 'a client'}}",
    "{'subjectName': 'by python, websocket', 'field': 'created'}",
  ]);
  await at.close();
});
