import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ICruiseResult } from 'dependency-cruiser';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Each violation of the layout below a folder, as `rule: importing file → imported file`. */
async function violations(folder: string): Promise<string[]> {
  const depcruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const args = [depcruise, 'src', '--config', join(root, '.dependency-cruiser.js'), '--output-type', 'json'];
  const text = await new Promise<string>((resolve, reject) =>
    // Its exit code is the number of violations.
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 26 }, (_, out, err) => (out ? resolve(out) : reject(new Error(err)))),
  );
  const { summary } = JSON.parse(text) as ICruiseResult;
  if (!summary.totalCruised) throw new Error(`There is nothing in ${folder}.`);
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`).sort();
}

test('the folders of src/ keep to the layout', async () => expect(await violations(root)).toEqual([]));

test('the layout refuses what stands against it', async () => {
  const files = {
    'platform/ids.ts': `import '../contact/contact.entity.js';`,
    'contact/contact.entity.ts': `export class Contact {}`,
    'contact/lookups.ts': `import type { Schema } from '../app/schema.js';`,
    'app/schema.ts': `export type Schema = string;`,
    'source/source.entity.ts': `import '../contact/contact.entity.js'; import type { Run } from '../run/run.entity.js';`,
    'source/source.resolver.ts': `import './source.service.js';`,
    'source/source.service.ts': `import './source.resolver.js';`,
    'source/index.ts': `export * from './source.service.js';`,
    'run/run.entity.ts': `import type { Process } from '../process/process.entity.js'; export type Run = Process;`,
    'process/process.entity.ts': `export type Process = string;`,
    'process/process.resolver.ts': `import '../source/source.resolver.js'; import '../source/source.entity.js';`,
    'surprise/surprise.ts': `import '../process/process.entity.js';`,
  };
  const folder = await mkdtemp(join(tmpdir(), 'waybill-layout-'));
  try {
    await writeFile(join(folder, 'tsconfig.json'), '{ "compilerOptions": { "module": "NodeNext" } }');
    for (const [name, text] of Object.entries(files)) {
      const file = join(folder, 'src', name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    expect(await violations(folder)).toEqual([
      'app-is-the-top: src/contact/lookups.ts → src/app/schema.ts',
      'concepts-show-data-only: src/process/process.resolver.ts → src/source/source.resolver.ts',
      'contact-follows-its-foreign-keys: src/contact/lookups.ts → src/app/schema.ts',
      'folders-are-listed: src/surprise/surprise.ts → src/process/process.entity.ts',
      'no-barrels: src/source/index.ts → src/source/source.service.ts',
      'no-cycles-of-folders: src/process → src/source',
      'no-cycles-of-folders: src/run → src/process',
      'no-cycles-of-folders: src/source → src/run',
      'no-cycles: src/source/source.resolver.ts → src/source/source.service.ts',
      'platform-knows-no-concept: src/platform/ids.ts → src/contact/contact.entity.ts',
      'source-follows-its-foreign-keys: src/source/source.entity.ts → src/run/run.entity.ts',
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
