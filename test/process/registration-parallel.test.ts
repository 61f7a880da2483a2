import fc from 'fast-check';
import { openApi, type Api } from '../support/api.js';
import { untilWaiting, withGate } from '../support/gates.js';

let one: Api;
let two: Api;
beforeAll(async () => {
  one = await openApi('parallel');
  // A second server on the same store.
  two = await openApi('parallel', one.url);
});
afterAll(async () => {
  await two.close();
  await one.close();
});

const register = 'mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created process { id } } }';
const rounds = 20;
const connections = 20;

/** Processes that share sources, objects, attributes, contacts, tools and types, named in any order. */
function overlapping(round: number, caller: number) {
  const pick = (max: number, n: number) =>
    fc.sample(
      fc.shuffledSubarray(
        Array.from({ length: max }, (_, i) => i),
        { minLength: n, maxLength: n },
      ),
      { numRuns: 1, seed: round * 1000 + caller },
    )[0]!;
  const objects = pick(6, 4).map((o) => ({
    name: `object ${round} ${o}`,
    attributes: pick(5, 3).map((a) => ({ name: `attribute ${a}`, dataType: `type ${round} ${a}` })),
    contacts: [{ name: `contact ${round} ${o}` }],
  }));
  const sources = pick(4, 3).map((s) => ({
    name: `source ${round} ${s}`,
    type: `kind ${round} ${s % 2}`,
    objects: caller % 3 ? objects : [],
    contacts: [{ name: `contact ${round} ${s}`, role: 'owner' }],
  }));
  return {
    name: `process ${round} ${caller % 5}`,
    type: `type ${round}`,
    tool: `tool ${round}`,
    sources,
    targets: [...sources].reverse(),
    contacts: pick(6, 3).map((c) => ({ name: `contact ${round} ${c}` })),
  };
}

test('P2 twenty callers of two servers that register overlapping processes neither fail nor double a row', async () => {
  for (let round = 0; round < rounds; round++) {
    const inputs = Array.from({ length: connections }, (_, caller) => overlapping(round, caller));
    const answers = await Promise.all(
      inputs.map((input, i) => (i % 2 ? one : two).run(register, { input }, { actor: `actor ${round} ${i % 3}` })),
    );
    const made = answers.filter(({ registerProcess }) => registerProcess.created);
    expect(made).toHaveLength(5);
    expect(new Set(answers.map(({ registerProcess }) => registerProcess.process.id)).size).toBe(5);
  }
  const [counts] =
    await one.sql(`select (select count(*)::int from process_tracker.process where process_name like 'process %') processes, (select count(*)::int from process_tracker.source_lkup) sources,
    (select count(*)::int from process_tracker.source_object_lkup) objects, (select count(*)::int from process_tracker.tool_lkup where tool_name like 'tool %') tools`);
  expect(counts).toMatchObject({ processes: rounds * 5, tools: rounds });
  // No deadlock that a second try would have hidden. Backends report with a delay of up to a second.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(await one.sql('select deadlocks::int from pg_stat_database where datname = current_database()')).toEqual([{ deadlocks: 0 }]);
  // Everything that was named is there: the links of each process are those of all its registrations together.
  const links = await one.sql<{
    name: string;
    sources: string[];
  }>(`select p.process_name as name, array_agg(s.source_name order by s.source_name collate "C") as sources
    from process_tracker.process p join process_tracker.process_source l using (process_id) join process_tracker.source_lkup s using (source_id) group by 1`);
  for (let round = 0; round < rounds; round++)
    for (let process = 0; process < 5; process++) {
      const wanted = new Set(
        Array.from({ length: connections }, (_, caller) => caller)
          .filter((caller) => caller % 5 === process)
          .flatMap((caller) => overlapping(round, caller).sources.map(({ name }) => name)),
      );
      expect(links.find(({ name }) => name === `process ${round} ${process}`)!.sources).toEqual([...wanted].sort());
    }
});

test('P36 of two registrations that together would close a cycle one is refused', async () => {
  for (let round = 0; round < rounds; round++) {
    for (const name of ['a', 'b']) await one.run(register, { input: { name: `cycle ${round} ${name}` } });
    const [ab, ba] = await Promise.all([
      one.execute(register, { input: { name: `cycle ${round} a`, dependsOn: [{ process: { name: `cycle ${round} b` } }] } }),
      two.execute(register, { input: { name: `cycle ${round} b`, dependsOn: [{ process: { name: `cycle ${round} a` } }] } }),
    ]);
    const refused = [ab, ba].filter(({ errors }) => errors);
    expect(refused).toHaveLength(1);
    expect(refused[0]!.errors![0]!.originalError).toMatchObject({
      code: 'CONFLICT',
      details: { cycle: expect.arrayContaining([`cycle ${round} a`, `cycle ${round} b`]) },
    });
  }
});

test('P31 two registrations at once that replace the lists of one process leave those of the later one, not both', async () => {
  const replacing = (what: string) => ({
    input: { name: 'replaced at once', mode: 'REPLACE', sources: [{ name: `in ${what}` }], targets: [{ name: `out ${what}` }] },
  });
  await one.run(register, replacing('old'));
  await withGate(one, 'before delete on process_source', async (open) => {
    const first = one.run(register, replacing('first'));
    await untilWaiting(one);
    const second = two.run(register, replacing('second'));
    await untilWaiting(one, 2, second);
    await open();
    await Promise.all([first, second]);
  });
  const { process } = await one.run('{ process(name: "replaced at once") { sources { nodes { name } } targets { nodes { name } } } }');
  expect(process).toEqual({ sources: { nodes: [{ name: 'in second' }] }, targets: { nodes: [{ name: 'out second' }] } });
});

test('look-ups, renames and links of two servers beside registrations of the same records: none fails, and none is lost', async () => {
  const run = async (api: Api, mutation: string, input: object) => {
    const { data, errors } = await api.execute(mutation, { input });
    // A rename or a link may come too late for what was renamed or deleted meanwhile; it is told so.
    const codes = (errors ?? []).map(({ originalError }) => (originalError as { code?: string } | undefined)?.code);
    expect(codes.filter((code) => code !== 'NOT_FOUND' && code !== 'CONFLICT')).toEqual([]);
    return data ?? {};
  };
  for (let round = 0; round < rounds; round++) {
    const input = { name: `beside ${round}`, type: `kind ${round}`, tool: `hammer ${round}`, contacts: [{ name: `person ${round}` }] };
    const registered = { ...input, sources: [{ name: `well ${round}`, objects: [{ name: 'water' }] }] };
    await one.run(register, { input: registered });
    const calls = (api: Api, n: number) => [
      run(api, register, registered),
      run(api, 'mutation ($input: CreateContactInput!) { createContact(input: $input) { created contact { id } } }', {
        name: `person ${round} ${n % 3}`,
      }),
      run(api, 'mutation ($input: UpdateContactInput!) { updateContact(input: $input) { contact { rowVersion } } }', {
        contact: { name: `person ${round}` },
        email: `person${round}.${n}@example.org`,
      }),
      run(api, 'mutation ($input: UpdateProcessInput!) { updateProcess(input: $input) { warnings } }', {
        process: { name: `beside ${round}` },
        newName: `renamed ${round} ${n % 4}`,
        tool: `hammer ${round} ${n % 2}`,
      }),
      run(api, 'mutation ($input: UpdateSourceObjectInput!) { updateSourceObject(input: $input) { warnings } }', {
        object: { source: `well ${round}`, name: 'water' },
        newName: `water ${n % 3}`,
      }),
      run(api, 'mutation ($input: LinkDatasetTypeInput!) { linkDatasetType(input: $input) { changed } }', {
        subject: { source: { name: `well ${round}` } },
        datasetType: { name: `kind of data ${round}` },
      }),
      run(api, 'mutation ($input: OpenRunGroupInput!) { openRunGroup(input: $input) { created } }', {
        key: `night ${round}`,
        expectedTotal: n,
      }),
    ];
    const answers = await Promise.all([0, 1, 2].flatMap((n) => [...calls(one, n), ...calls(two, n + 3)]));
    const made = (field: string, flag: string) => answers.filter((each) => each[field]?.[flag]).length;
    expect(made('createContact', 'created')).toBe(3);
    expect(made('linkDatasetType', 'changed')).toBe(1);
    expect(made('openRunGroup', 'created')).toBe(1);
    // Whatever the names are now: each record is there once, and is found by the name that it was registered by.
    const { process, sourceObject, contact } = await one.run(
      'query ($p: String!, $s: String!, $c: String!) { process(name: $p) { name } sourceObject(source: $s, name: "water") { name } contact(name: $c) { email } }',
      { p: `beside ${round}`, s: `well ${round}`, c: `person ${round}` },
    );
    expect(process.name).toMatch(/^(beside|renamed)/);
    expect(sourceObject.name).toMatch(/^water/);
    expect(contact.email).toMatch(/@example/);
  }
  expect(await one.sql(`select count(*)::int as n from process where process_name ~ '^(beside|renamed) '`)).toEqual([{ n: rounds }]);
});
