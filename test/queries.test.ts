import { readdirSync, readFileSync } from 'node:fs';
import { openApi, type Api } from './support/api.js';
import { fillCatalogue } from './support/catalogue.js';

const folder = new URL('./queries/', import.meta.url);
const cases = readdirSync(folder).filter((file) => file.endsWith('.graphql'));

let few: Api;
let many: Api;
beforeAll(async () => {
  [few, many] = await Promise.all([openApi('few'), openApi('many')]);
  await Promise.all([fillCatalogue(few, 3), fillCatalogue(many, 200)]);
});
afterAll(() => Promise.all([few.close(), many.close()]));

/** Statements of one tick have no order among themselves. */
const sorted = (statements: string[]) => [...statements].sort();

test.each(cases)('%s: its answer and its SQL, the same however many rows there are, and by both executors', async (file) => {
  const query = readFileSync(new URL(file, folder), 'utf8');
  let answer: unknown;
  const statements = await few.recorded(async () => {
    answer = await few.execute(query);
  });
  expect({ answer, statements: sorted(statements) }).toMatchSnapshot();
  expect(await few.jit(query)).toEqual(answer);
  const more = await many.recorded(async () => expect((await many.execute(query)).errors).toBeUndefined());
  expect(sorted(more)).toEqual(sorted(statements));
});
