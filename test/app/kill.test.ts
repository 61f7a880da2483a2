import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../src/app/main.ts', import.meta.url));
const hooks = new URL('../support/typescript-hooks.js', import.meta.url).href;

let folder: string;
let port: number;
let server: ChildProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-kill-'));
  await chmod(folder, 0o711);
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  port = (probe.address() as AddressInfo).port;
  await new Promise((resolve) => probe.close(resolve));
});
afterAll(async () => {
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await ended;
  await rm(folder, { recursive: true, force: true });
});

function start(): Promise<void> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  server = spawn(process.execPath, ['--import', hooks, program], {
    env: { ...env, WAYBILL_DATA_DIR: join(folder, 'data'), WAYBILL_PORT: String(port), WAYBILL_LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    server.stdout!.on('data', (chunk: Buffer) => chunk.toString().includes('Waybill answers on') && resolve());
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
}

/** Why the last request had no answer. */
let refusal: string | undefined;

async function post(query: string, variables: object = {}): Promise<Record<string, any> | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(20_000),
    });
    const { data, errors } = (await response.json()) as { data?: Record<string, any>; errors?: unknown };
    refusal = JSON.stringify(errors);
    return errors ? undefined : data;
  } catch (error) {
    refusal = String(error);
    return undefined;
  }
}

const until = async (answer: () => Promise<boolean>) => {
  while (!(await answer())) await new Promise((resolve) => setTimeout(resolve, 50));
};

test('kill -9 of the server and of its PostgreSQL, ten times in turn under writes, loses nothing that was acknowledged', async () => {
  await start();
  const acknowledged: string[] = [];
  let writing = true;
  const writer = async (n: number) => {
    for (let i = 0; writing; i++) {
      const name = `written ${n} ${i}`;
      const data = await post('mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { process { name } } }', {
        input: { name, sources: [{ name: `source ${i % 7}` }] },
      });
      if (data) acknowledged.push(name);
      else await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const writers = [1, 2, 3, 4].map(writer);
  try {
    for (let round = 0; round < 10; round++) {
      const before = acknowledged.length;
      await until(async () => acknowledged.length >= before + 10);
      if (round % 2) {
        process.kill(parseInt(readFileSync(join(folder, 'data/postgres/postmaster.pid'), 'utf8')), 'SIGKILL');
        // The server brings its PostgreSQL back and answers again, without help.
      } else {
        const ended = new Promise((resolve) => server.once('exit', resolve));
        server.kill('SIGKILL');
        await ended;
        await start();
      }
      await until(async () => (await post('{ processes(first: 1) { totalCount } }')) !== undefined);
    }
  } finally {
    writing = false;
    await Promise.all(writers);
  }
  const found = new Set<string>();
  for (let after: string | null = null; ;) {
    const data: any = await post(
      'query ($after: String) { processes(first: 500, after: $after, where: { name: { contains: "written" } }) { nodes { name sources { nodes { name } } } pageInfo { endCursor hasNextPage } } }',
      { after },
    );
    if (!data) throw new Error(`No answer: ${refusal}`);
    const page = data.processes;
    for (const { name, sources } of page.nodes) {
      found.add(name);
      expect(sources.nodes).toHaveLength(1);
    }
    if (!page.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor;
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(100);
  expect(acknowledged.filter((name) => !found.has(name))).toEqual([]);
});
