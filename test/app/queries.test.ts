import { readdirSync, readFileSync } from 'node:fs';
import { fillDue } from '../../src/run/diagnosis/process-due.js';
import { openApi, type Api } from '../support/api.js';
import { fillCatalogue } from '../support/catalogue.js';
import { fillFiles } from '../support/files.js';
import { fillRuns } from '../support/runs.js';

const folder = new URL('../queries/', import.meta.url);
const cases = readdirSync(folder).filter((file) => file.endsWith('.graphql'));

/** Stores with one process, few and many, for the tests of the block that this is called in. */
function openStores(...fillers: ((api: Api) => Promise<unknown>)[]) {
  const stores = {} as Record<'one' | 'few' | 'many', Api>;
  const open = async (name: keyof typeof stores, processes: number) => {
    const api = (stores[name] = await openApi(name));
    await fillCatalogue(api, processes);
    for (const fill of fillers) await fill(api);
  };
  beforeAll(() => Promise.all([open('one', 1), open('few', 3), open('many', 500)]));
  afterAll(() => Promise.all(Object.values(stores).map((api) => api.close())));
  return stores;
}

/** Statements of one tick have no order among themselves. */
const sorted = (statements: string[]) => [...statements].sort();

const title = '%s: its answer and its SQL, the same however many rows there are, and by both executors';

async function check({ one, few, many }: ReturnType<typeof openStores>, file: string): Promise<void> {
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

const makeLate = async (api: Api) => {
  await api.sql(`update process set created_date_time = '2020-01-01', schedule_frequency_id = 2 + process_id % 5,
    cron = case process_id % 2 when 0 then process_id % 60 || ' 3 * * *' end`);
  await fillDue(api.db);
};

const aboutRuns = (file: string) => file.startsWith('runs');
const aboutFiles = (file: string) => file.startsWith('files');
const aboutLateness = (file: string) => file.startsWith('late');
const catalogue = openStores();
test.each(cases.filter((file) => !aboutRuns(file) && !aboutFiles(file) && !aboutLateness(file)))(title, (file) => check(catalogue, file));

describe('with runs', () => {
  const stores = openStores(fillRuns);
  test.each(cases.filter(aboutRuns))(title, (file) => check(stores, file));
});

describe('with files', () => {
  const stores = openStores(fillRuns, fillFiles);
  test.each(cases.filter(aboutFiles))(title, (file) => check(stores, file));
});

describe('with processes that are late', () => {
  const stores = openStores(fillRuns, makeLate);
  test.each(cases.filter(aboutLateness))(title, (file) => check(stores, file));
});
