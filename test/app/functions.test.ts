import { readdir, readFile } from 'node:fs/promises';
import { readFunctions } from '../../src/app/store/functions.js';
import { openStore } from '../support/sql-store.js';

const src = new URL('../../src/', import.meta.url);

test('each .sql file of the program is run: it is listed in functions.ts', async () => {
  const files = (await readdir(src, { recursive: true })).filter((name) => name.endsWith('.sql'));
  const listed = (await readFunctions()).files.map(({ file }) => file);
  expect(files.map((name) => name.replaceAll('\\', '/')).sort()).toEqual(listed.toSorted());
});

test('each function of a store is found by its name in a .sql file, also one that is made from a template', async () => {
  const files = (await readdir(src, { recursive: true })).filter((name) => name.endsWith('.sql'));
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, src), 'utf8')));
  const words = new Set(texts.flatMap((text) => text.match(/\w+/g)));
  const store = await openStore('functions');
  const made = await store.sql(
    `select distinct proname as name from pg_proc where pronamespace = 'process_tracker'::regnamespace order by 1`,
  );
  await store.close();
  expect(made.length).toBeGreaterThan(200);
  expect(made.map(({ name }) => String(name)).filter((name) => !words.has(name))).toEqual([]);
});
