import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ICruiseResult } from 'dependency-cruiser';
import { styleViolations } from '../.sql-style.js';
import { wallViolations } from '../.sql-walls.js';

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

test('the folders of src/ keep to the layout', async () => {
  expect(await violations(root)).toEqual([]);
  expect(wallViolations(root)).toEqual([]);
});

test('SQL is laid out for people: short lines, one clause in a long one, short functions', async () => {
  expect(styleViolations(root)).toEqual([]);
  const folder = await mkdtemp(join(tmpdir(), 'waybill-style-'));
  try {
    await mkdir(join(folder, 'src'));
    const long = 'x'.repeat(60);
    const body = Array.from({ length: 119 }, () => '  perform 1;').join('\n');
    await writeFile(
      join(folder, 'src/a.sql'),
      [
        `select ${long} from ${long}`,
        `select ${long}, ${long}`,
        `-- ${long} ${long}`,
        'select a from b where c',
        `select (select a from b) from ${long}`,
        `create or replace function process_tracker.long_one() returns void language plpgsql as $$\nbegin\n${body}\nend $$;`,
      ].join('\n'),
    );
    await writeFile(
      join(folder, 'src/a.ts'),
      `export const sql = \`select ${long} from \${${long}} where ${long}\`;\nexport const sentence = 'From ${long} ${long} where you select';`,
    );
    expect(styleViolations(folder)).toEqual([
      expect.stringMatching(/^src\/a.sql:6 long_one has 122 lines/),
      expect.stringMatching(/^src\/a.sql:1 has 133 columns/),
      expect.stringMatching(/^src\/a.sql:2 has 129 columns/),
      expect.stringMatching(/^src\/a.sql:3 has 124 columns/),
      expect.stringMatching(/^src\/a.sql:5 has several clauses/),
      expect.stringMatching(/^src\/a.ts:1 has/),
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the layout refuses what violates it', async () => {
  const files = {
    'platform/ids.ts': `import '../contact/contact.entity.js';`,
    'platform/pool.ts': `import './read/page.js';`,
    'platform/entity/columns.ts': `import '../write/naming.js';`,
    'platform/read/page.ts': `export const page = 1;`,
    'platform/write/naming.ts': `export const naming = 1;`,
    'contact/contact.entity.ts': `@Entity({ tableName: 'contact_lkup' }) export class Contact {}`,
    'contact/find-contact.ts': `import type { Schema } from '../app/schema.js';`,
    'contact/way-to-contact.sql': `create or replace function process_tracker.way_to_contact() returns int language sql as 'select 1';`,
    'app/schema.ts': `import '../source/source.resolver.js'; export type Schema = string;`,
    'source/source.entity.ts': `import '../contact/contact.entity.js'; import type { Run } from '../run/run.entity.js';`,
    'source/source.resolver.ts': `import './read-source.js'; const sql = 'select source_name from process where true';`,
    'source/read-source.ts': `import './source.resolver.js';`,
    'source/index.ts': `export * from './read-source.js';`,
    'source/name.ts': `import { Source } from './source.entity.js'; export { Source };`,
    'source/keep-source.sql': `-- process_source is in a comment\nselect 1 from process_tracker.process_source where way_to_contact() = 1;`,
    'run/run.entity.ts': `import type { Process } from '../process/process.entity.js'; export type Run = Process;`,
    'process/process.entity.ts': `@Entity({ tableName: 'process' }) export class Process {}`,
    'process/links/process-source.entity.ts': `@Entity({ tableName: 'process_source' }) export class ProcessSource {}`,
    'process/links/link.service.ts': `import '../process.entity.js'; const sql = \`update contact_lkup set \${1}\`;`,
    'process/process.resolver.ts': `import '../source/source.resolver.js'; import '../source/source.entity.js';`,
    'run/start/start-run.ts': `import '../../process/links/process-source.entity.js'; throw new Error('no from process here');`,
    'history/record.sql': `select record_changes('contact_lkup'), move_process_source('[]', 'command');`,
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
    expect(await violations(folder)).toMatchInlineSnapshot(`
     [
       "app-is-the-top: src/contact/find-contact.ts → src/app/schema.ts",
       "concepts-have-doors: src/run/start/start-run.ts → src/process/links/process-source.entity.ts",
       "contact-follows-its-foreign-keys: src/contact/find-contact.ts → src/app/schema.ts",
       "folders-are-listed: src/surprise/surprise.ts → src/process/process.entity.ts",
       "no-barrels: src/source/index.ts → src/source/read-source.ts",
       "no-cycles-of-folders: src/app → src/source",
       "no-cycles-of-folders: src/contact → src/app",
       "no-cycles-of-folders: src/process → src/source",
       "no-cycles-of-folders: src/process/links → src/process",
       "no-cycles-of-folders: src/run → src/process",
       "no-cycles-of-folders: src/run → src/process/links",
       "no-cycles-of-folders: src/source → src/contact",
       "no-cycles-of-folders: src/source → src/run",
       "no-cycles: src/source/read-source.ts → src/source/source.resolver.ts",
       "platform-in-layers: src/platform/entity/columns.ts → src/platform/write/naming.ts",
       "platform-in-layers: src/platform/pool.ts → src/platform/read/page.ts",
       "platform-knows-no-concept: src/platform/ids.ts → src/contact/contact.entity.ts",
       "resolvers-are-for-the-schema: src/process/process.resolver.ts → src/source/source.resolver.ts",
       "resolvers-are-for-the-schema: src/source/read-source.ts → src/source/source.resolver.ts",
       "source-follows-its-foreign-keys: src/source/source.entity.ts → src/run/run.entity.ts",
       "suffixes-are-roles: src/process/links/link.service.ts → src/process/process.entity.ts",
     ]
    `);
    expect(wallViolations(folder)).toMatchInlineSnapshot(`
     [
       "history/record.sql names contact_lkup of contact/",
       "history/record.sql names process_source of process/",
       "source/index.ts passes on what another file makes",
       "source/keep-source.sql names process_source of process/",
       "source/name.ts passes on what another file makes",
       "source/source.resolver.ts names process of process/",
     ]
    `);
  } finally {
    await rm(folder, { recursive: true });
  }
});
