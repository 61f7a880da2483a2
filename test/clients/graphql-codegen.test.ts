import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { blocksOfClientsPage } from '../support/clients-page.js';
import { startForClients, type ClientServer } from '../support/client-server.js';
import { connectRequest } from './examples/graphql-request.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const blocks = blocksOfClientsPage();
const tsconfig = { compilerOptions: { module: 'NodeNext', target: 'ES2024', strict: true, noEmit: true, skipLibCheck: true, types: [] } };

let at: ClientServer;
let folder: string;
beforeAll(async () => {
  at = await startForClients('graphql_codegen');
  // A project as a reader of the page makes it.
  folder = await mkdtemp(join(tmpdir(), 'waybill-codegen-'));
  await mkdir(join(folder, 'src'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await copyFile(join(root, 'schema.graphql'), join(folder, 'schema.graphql'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ ...tsconfig, include: ['src'] }));
  await writeFile(join(folder, 'src/latest-counts.ts'), blocks.get('src/latest-counts.ts')!);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await at.close();
});

const run = (program: string, ...args: string[]) =>
  promisify(execFile)(process.execPath, [join(root, 'node_modules/.bin', program), ...args], {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: '' },
  });

test.each([
  ['without settings of scalars', 'codegen.ts', 'unknown'],
  ['with the lines for exact numbers', 'codegen.ts with exact numbers', 'string'],
])('the client preset, %s: types that compile, and an operation that is answered', async (_, config, type) => {
  await writeFile(join(folder, 'codegen.ts'), blocks.get(config)!);
  await run('graphql-codegen', '--silent');
  expect(await readFile(join(folder, 'src/generated/graphql.ts'), 'utf8')).toContain(`recordCount: ${type}`);
  await run('tsc', '-p', '.');
  const { countsByName } = (await import(join(folder, 'src/latest-counts.ts'))) as {
    countsByName: (client: unknown) => Promise<Map<string, string>>;
  };
  expect((await countsByName(connectRequest(at.url, at.key))).get('load 1')).toBe('none');
});
