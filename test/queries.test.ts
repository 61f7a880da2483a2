import { readdirSync, readFileSync } from 'node:fs';
import { fillDue } from '../src/run/process-due.js';
import { openApi, type Api } from './support/api.js';
import { fillCatalogue } from './support/catalogue.js';
import { fillExtracts } from './support/extracts.js';
import { fillRuns } from './support/runs.js';

const folder = new URL('./queries/', import.meta.url);
const cases = readdirSync(folder).filter((file) => file.endsWith('.graphql'));

let one: Api;
let few: Api;
let many: Api;
beforeAll(async () => {
  [one, few, many] = await Promise.all([openApi('one'), openApi('few'), openApi('many')]);
  await Promise.all([fillCatalogue(one, 1), fillCatalogue(few, 3), fillCatalogue(many, 500)]);
});
afterAll(() => Promise.all([one, few, many].map((api) => api.close())));

/** Statements of one tick have no order among themselves. */
const sorted = (statements: string[]) => [...statements].sort();

const title = '%s: its answer and its SQL, the same however many rows there are, and by both executors';

async function check(file: string): Promise<void> {
  const query = readFileSync(new URL(file, folder), 'utf8');
  let answer: unknown;
  const statements = await few.recorded(async () => {
    answer = await few.execute(query);
  });
  expect({ answer, statements: sorted(statements) }).toMatchSnapshot();
  expect(await few.jit(query)).toEqual(answer);
  const more = await many.recorded(async () => expect((await many.execute(query)).errors).toBeUndefined());
  expect(sorted(more)).toEqual(sorted(statements));
  // One process alone has no neighbours, so that a statement for them may be left out; there is never another one.
  const fewest = await one.recorded(() => one.execute(query));
  expect(statements).toEqual(expect.arrayContaining(fewest));
  expect(fewest.length).toBeLessThanOrEqual(statements.length);
}

// Runs and files come last: the other answers are those of a catalogue alone.
const aboutRuns = (file: string) => file.startsWith('runs');
const aboutFiles = (file: string) => file.startsWith('extracts');
const aboutLateness = (file: string) => file.startsWith('late');
test.each(cases.filter((file) => !aboutRuns(file) && !aboutFiles(file) && !aboutLateness(file)))(title, check);

describe('with runs', () => {
  beforeAll(() => Promise.all([one, few, many].map(fillRuns)));
  test.each(cases.filter(aboutRuns))(title, check);
});

describe('with files', () => {
  beforeAll(() => Promise.all([one, few, many].map(fillExtracts)));
  test.each(cases.filter(aboutFiles))(title, check);
});

describe('with processes that are late', () => {
  beforeAll(() =>
    Promise.all(
      [one, few, many].map(async (api) => {
        await api.sql(`update process set created_date_time = '2020-01-01', schedule_frequency_id = 2 + process_id % 5,
          cron = case process_id % 2 when 0 then process_id % 60 || ' 3 * * *' end`);
        await fillDue(api.db);
      }),
    ),
  );
  test.each(cases.filter(aboutLateness))(title, check);
});
