import fc from 'fast-check';
import { fileSize } from '../../src/file/register/file-size.js';
import { openApi, type Api } from '../support/api.js';
import { call as send, openServer, start, type Server } from '../support/run-calls.js';

const md5 = '098f6bcd4621d373cade4e832627b4f6';
let api: Api;
beforeAll(async () => {
  api = await openApi('registering');
});
afterAll(() => api.close());

const fileFields = `id fileName registeredAt path size sizeBytes sizeUnit { name code } status { name } location { name path }
  compression { name } fileType { code } run { databaseId } attempt rowVersion
  currentVersion { version hash hashAlgorithm sizeBytes modifiedAt isCurrent status { name } }`;
const registerDocument = `mutation ($input: RegisterFilesInput!) { registerFiles(input: $input) {
  location { name path fileCount } results { created error { code message argument value allowed } file { ${fileFields} } } } }`;
interface Result {
  created: boolean;
  error: { code: string; message: string; argument: string; value: unknown; allowed: unknown } | null;
  file: any;
}
const registerAll = async (files: object[], more: object = {}, on: Server = api): Promise<Result[]> =>
  (await send(on, registerDocument, { input: { location: { path: '/in' }, files, ...more } })).registerFiles.results;
const register = async (file: object, more: object = {}): Promise<Result> => (await registerAll([file], more))[0]!;
const listed = async (fileNames: string[], more: object = {}) =>
  (
    await api.run(
      `mutation ($input: RegisterLocationFilesInput!) { registerLocationFiles(input: $input) {
        created omittedCount location { fileCount } results { created warning error { code argument } file { fileName status { name } } } } }`,
      { input: { location: { path: '/listed' }, fileNames, ...more } },
    )
  ).registerLocationFiles;
const refused = (work: Promise<unknown>) =>
  work.then(
    () => {
      throw new Error('It was not refused.');
    },
    ({ code, details }: { code: string; details: object }) => ({ code, details }),
  );
const count = async (table = 'extract_tracking') => Number((await api.sql<{ n: string }>(`select count(*) as n from ${table}`))[0]!.n);
const startRun = async (process: object): Promise<number> =>
  (await start(api, { type: 'Extract', tool: 'Python', ...process })).run.databaseId;

describe('a file', () => {
  test('P39 is known by its location and its name: again it is the same, and left as it is, but linked to the run', async () => {
    const first = await startRun({ name: 'first' });
    const made = await register({ fileName: 'known.csv', status: 'ready', size: '1 KB', version: 'v1' }, { run: { databaseId: first } });
    expect(made).toMatchObject({
      created: true,
      error: null,
      file: { fileName: 'known.csv', path: '/in/known.csv', status: { name: 'ready' }, run: { databaseId: first } },
    });
    await api.sql(
      `update extract_tracking set extract_status_id = (select extract_status_id from extract_status_lkup where extract_status_name = 'archived')
       where extract_filename = 'known.csv'`,
    );
    const stored = () =>
      api.sql(`select to_jsonb(t) as file, to_jsonb(v) as version from extract_tracking t left join extract_version v using (extract_id)
        where extract_filename = 'known.csv' order by 2`);
    const before = await stored();
    const second = await startRun({ name: 'second' });
    const again = await register(
      { fileName: 'known.csv', status: 'ready', size: '7 MB', version: 'v2', compression: 'zip' },
      { run: { databaseId: second }, location: { path: '/in/' } },
    );
    expect(again).toMatchObject({ created: false, error: null, file: { id: made.file.id, status: { name: 'archived' } } });
    expect(before).toHaveLength(1);
    expect(await stored()).toEqual(before);
    expect(
      await api.sql(
        `select process_tracking_id as run, extract_status_name as status from extract_process_tracking
         join extract_status_lkup on extract_status_id = extract_process_status_id
         join extract_tracking on extract_id = extract_tracking_id where extract_filename = 'known.csv' order by 1`,
      ),
    ).toEqual([
      { run: first, status: 'ready' },
      { run: second, status: 'archived' },
    ]);
    // In another location it is another file.
    const other = await register({ fileName: 'known.csv' }, { location: { path: '/elsewhere' } });
    expect(other).toMatchObject({ created: true, file: { status: { name: 'initializing' } } });
    expect(other.file.id).not.toBe(made.file.id);
    // Registered without a run, it is of none.
    expect(other.file.run).toBeNull();
  });

  test('P39 twice in one call is made once', async () => {
    const results = await registerAll([
      { fileName: 'twice', status: 'ready' },
      { fileName: 'once' },
      { fileName: 'twice', status: 'loaded' },
    ]);
    expect(results.map(({ created, file }) => [created, file.status.name])).toEqual([
      [true, 'ready'],
      [true, 'initializing'],
      [false, 'ready'],
    ]);
    expect(results[0]!.file.id).toBe(results[2]!.file.id);
  });

  test('P39 of many that register it at once on two servers, one makes it', async () => {
    const other = openServer(api);
    try {
      for (let round = 0; round < 5; round++) {
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, i) =>
            // In another order each, and in a location that is new too.
            registerAll(
              Array.from({ length: 10 }, (__, n) => ({ fileName: `race ${(n * 3 + i) % 10}` })),
              { location: { path: `/race/${round}` } },
              i % 2 ? other : api,
            ),
          ),
        );
        expect(results.flat().filter(({ created }) => created)).toHaveLength(10);
        expect(results.flat().filter(({ error }) => error)).toEqual([]);
        expect(new Set(results.flat().map(({ file }) => file.id)).size).toBe(10);
      }
    } finally {
      await other.close();
    }
  });

  test('P39 that was deleted is registered anew, by the moves that a file may make', async () => {
    const deleted = `update extract_tracking set attempt = 3, extract_status_id = (select extract_status_id from extract_status_lkup where extract_status_name = 'deleted')
      where extract_filename like 'gone%'`;
    await registerAll([{ fileName: 'gone 1' }, { fileName: 'gone 2' }, { fileName: 'gone 3' }]);
    await api.sql(deleted);
    const [last] = await api.sql<{ n: string }>('select max(event_id) as n from status_event');
    const results = await registerAll([
      { fileName: 'gone 1' },
      { fileName: 'gone 2', status: 'ready' },
      { fileName: 'gone 3', status: 'loaded' },
    ]);
    expect(results.map(({ created, file }) => [created, file?.status.name, file?.attempt])).toEqual([
      [false, 'initializing', 0],
      [false, 'ready', 0],
      [false, undefined, undefined],
    ]);
    expect(results[2]!.error).toMatchObject({ code: 'CONFLICT', argument: 'status', value: 'loaded' });
    expect(
      await api.sql(
        `select subject_name || ': ' || from_value || ' → ' || to_value as move from status_event where event_id > $1 and field = 'status' order by event_id`,
        [last!.n],
      ),
    ).toEqual([
      { move: 'gone 1: deleted → initializing' },
      { move: 'gone 2: deleted → initializing' },
      { move: 'gone 2: initializing → ready' },
    ]);
  });

  test('P39 its history tells who registered it, and why', async () => {
    await api.run(
      registerDocument,
      { input: { location: { path: '/in' }, files: [{ fileName: 'told' }], reason: 'a new feed' } },
      { actor: 'anna' },
    );
    expect(
      await api.sql(
        `select field, to_value, actor, reason from status_event where subject_kind = 'File' and subject_name = 'told' order by event_id`,
      ),
    ).toEqual([{ field: 'status', to_value: 'initializing', actor: 'anna', reason: 'a new feed' }]);
  });

  test('P39 lies where its location says: by id, number, name, former name or path', async () => {
    const { location } = (
      await api.run('mutation { createLocation(input: { name: "shelf", path: "s3://shelf/in" }) { location { id databaseId } } }')
    ).createLocation;
    for (const [i, ref] of [
      { id: location.id },
      { databaseId: location.databaseId },
      { name: 'shelf' },
      { path: 's3://shelf/in/', name: 'shelf' },
    ].entries())
      expect(await register({ fileName: 'deep/er/key' }, { location: ref })).toMatchObject({
        created: i === 0,
        file: { path: 's3://shelf/in/deep/er/key', location: { name: 'shelf' } },
      });
    await api.run('mutation { updateLocation(input: { location: { name: "shelf" }, newName: "rack" }) { warnings } }');
    expect((await register({ fileName: 'deep/er/key' }, { location: { name: 'shelf' } })).created).toBe(false);
    const before = await count('location_lkup');
    for (const [ref, error] of [
      [{ name: 'nowhere' }, { code: 'NOT_FOUND', details: { argument: 'input.location.name', value: 'nowhere' } }],
      [{ databaseId: 999_999 }, { code: 'NOT_FOUND', details: { argument: 'input.location.databaseId' } }],
      [{}, { code: 'INVALID', details: { argument: 'input.location' } }],
      [
        { id: location.id, path: '/x' },
        { code: 'INVALID', details: { argument: 'input.location' } },
      ],
      [{ path: '/x/../y' }, { code: 'INVALID', details: { argument: 'input.location.path' } }],
      [{ path: 'zz://x' }, { code: 'INVALID', details: { argument: 'input.location.type' } }],
      [
        { path: 's3://shelf/in', name: 'other' },
        { code: 'CONFLICT', details: { argument: 'input.location.path', name: 'rack', wanted: 'other' } },
      ],
    ] as const)
      expect(await refused(register({ fileName: 'x' }, { location: ref }))).toMatchObject(error);
    expect(await refused(register({ fileName: 'x' }, { location: { path: '/never' }, run: { databaseId: 999_999 } }))).toMatchObject({
      code: 'NOT_FOUND',
      details: { argument: 'input.run.databaseId' },
    });
    expect(await count('location_lkup')).toBe(before);
    expect((await register({ fileName: 'x' }, { location: { path: 'zz://x', type: 'queue', name: 'zz' } })).file.location).toEqual({
      name: 'zz',
      path: 'zz://x',
    });
    await api.run('mutation ($id: ID!) { retire(input: { subject: { id: $id } }) { changed } }', { id: location.id });
    expect(await refused(register({ fileName: 'new' }, { location: { name: 'rack' } }))).toMatchObject({
      code: 'CONFLICT',
      details: { kind: 'Location', value: 'rack' },
    });
  });
});

describe('what is said of it', () => {
  test('P40 a status must be known, or is made if asked for', async () => {
    expect((await register({ fileName: 's1' })).file.status.name).toBe('initializing');
    expect((await register({ fileName: 's2', status: 'error' })).file.status.name).toBe('error');
    expect((await register({ fileName: 's3', status: 'parked' })).error).toMatchObject({
      code: 'INVALID',
      argument: 'status',
      value: 'parked',
      allowed: ['initializing', 'ready', 'loading', 'loaded', 'archived', 'deleted', 'error'],
    });
    // It is not made for a file that is refused for another reason, or known.
    expect((await register({ fileName: 's4', status: 'parked', createStatus: true, compression: 'nope' })).error).toMatchObject({
      argument: 'compression',
    });
    await register({ fileName: 's1', status: 'parked', createStatus: true });
    expect(await count('extract_status_lkup')).toBe(7);
    expect((await register({ fileName: 's5', status: 'parked', createStatus: true })).file.status.name).toBe('parked');
  });

  test('P40 a compression must be known, or is made if asked for; or the name tells one that is known', async () => {
    expect((await register({ fileName: 'c1', compression: 'zip' })).file.compression).toEqual({ name: 'zip' });
    expect((await register({ fileName: 'c2', compression: 'ZIPP' })).error).toMatchObject({
      code: 'INVALID',
      argument: 'compression',
      allowed: ['zip'],
    });
    const told = async (fileName: string) => (await register({ fileName })).file.compression?.name ?? null;
    expect(await told('c3.csv.gz')).toBeNull();
    expect(await told('c3.ZIP')).toBe('zip');
    expect((await register({ fileName: 'c4.csv.gz', compression: 'gzip', createCompression: true })).file.compression).toEqual({
      name: 'gzip',
    });
    expect(await told('c5.csv.gz')).toBe('gzip');
    await api.run(
      'mutation { a: createLookup(input: { kind: COMPRESSION_TYPE, name: "bz2" }) { created } b: createLookup(input: { kind: COMPRESSION_TYPE, name: "Zstd" }) { created } }',
    );
    expect([
      await told('c.bz2'),
      await told('c.csv.zst'),
      await told('c.tgz'),
      await told('c.7z'),
      await told('c'),
      await told('c.zip/c'),
    ]).toEqual(['bz2', 'Zstd', 'gzip', null, null, null]);
  });

  test.each([
    ['a.csv', 'csv'],
    ['A.CSV', 'csv'],
    ['a.csv.gz', 'csv'],
    ['a.b.Csv.ZIP', 'csv'],
    ['a.txt', null],
    ['a', null],
    ['.csv', null],
    ['a.', null],
    ['csv', null],
    ['x.csv/a', null],
    ['x/a.csv', 'csv'],
    ['a.gz', null],
    ['csv.gz', null],
  ])('P40 the extension of %s tells the type %s', async (fileName, code) => {
    expect((await register({ fileName }, { location: { path: '/types' } })).file.fileType?.code ?? null).toBe(code);
  });

  test('P40 a type is told by its full name or its code; another one is refused', async () => {
    expect((await register({ fileName: 't1', fileType: 'Comma Separated Values' })).file.fileType).toEqual({ code: 'csv' });
    expect((await register({ fileName: 't2.txt', fileType: 'CSV' })).file.fileType).toEqual({ code: 'csv' });
    expect((await register({ fileName: 't3.csv', fileType: 'parket' })).error).toMatchObject({
      code: 'INVALID',
      argument: 'fileType',
      value: 'parket',
      allowed: ['Comma Separated Values', 'csv'],
    });
    // What is packed and what packs it may both be known: the inner one counts, and a packed one whose inside says nothing is the outer one.
    await api.run('mutation { createLookup(input: { kind: FILE_TYPE, name: "Archive", code: "ZIP" }) { created } }');
    expect((await register({ fileName: 't4.csv.zip' })).file.fileType).toEqual({ code: 'csv' });
    expect((await register({ fileName: 't5.zip' })).file.fileType).toEqual({ code: 'ZIP' });
  });

  test.each([
    ['2.2 GB', '2.2', 'gigabytes', '2200000000'],
    ['2.2gb', '2.2', 'gigabytes', '2200000000'],
    ['0 B', '0', 'bytes', '0'],
    ['17bytes', '17', 'bytes', '17'],
    ['1 byte', '1', 'bytes', '1'],
    ['1.5 KB', '1.5', 'kilobytes', '1500'],
    ['3 Megabytes', '3', 'megabytes', '3000000'],
    ['1 TB', '1', 'terabytes', '1000000000000'],
    ['1 KiB', '1', 'kibibytes', '1024'],
    ['1.5 mib', '1.5', 'mebibytes', '1572864'],
    ['2 GiB', '2', 'gibibytes', '2147483648'],
    ['1 TiB', '1', 'tebibytes', '1099511627776'],
    ['0.3 KiB', '0.3', 'kibibytes', '307'],
    [' 007 KB ', '7', 'kilobytes', '7000'],
  ])('P40 the size %j', async (size, number, unit, bytes) => {
    const { file } = await register({ fileName: `size ${size}`, size });
    expect(file).toMatchObject({ size: number, sizeUnit: { name: unit }, sizeBytes: bytes });
  });

  test('P40 a size in bytes, and units under the names that another client gave them', async () => {
    expect((await register({ fileName: 'b1', sizeBytes: '9223372036854775807' })).file).toMatchObject({
      size: '9223372036854775807',
      sizeUnit: { code: 'B' },
      sizeBytes: '9223372036854775807',
    });
    expect((await register({ fileName: 'b2', size: '2 TB' })).file.sizeUnit).toEqual({ name: 'terabytes', code: 'TB' });
    const units = await count('filesize_type_lkup');
    const rename = (name: string) =>
      api.sql(`update filesize_type_lkup set filesize_type_name = $1 where filesize_type_code = 'TB'`, [name]);
    await rename('Tera');
    try {
      expect((await register({ fileName: 'b3', size: '3 TB' })).file.sizeUnit).toEqual({ name: 'Tera', code: 'TB' });
      expect(await count('filesize_type_lkup')).toBe(units);
    } finally {
      await rename('terabytes');
    }
  });

  test.each([
    '',
    '12',
    'GB',
    '1 PB',
    '1 giga',
    '-1 GB',
    '1e3 KB',
    '1,5 GB',
    '1.2.3 GB',
    '. GB',
    '9223372036854775808 B',
    '99999999 TB',
    'x'.repeat(1_100_000),
  ])('P40 %.20j is no size', async (size) => {
    const before = await count();
    expect((await register({ fileName: 'bad size', size })).error).toMatchObject({
      code: 'INVALID',
      argument: 'size',
      allowed: expect.anything(),
    });
    expect(await count()).toBe(before);
  });
  test('P40 what is no size names the units', async () => {
    expect((await register({ fileName: 'bad size', size: '12' })).error).toMatchObject({
      value: '12',
      allowed: ['B', 'KB', 'MB', 'GB', 'TB', 'KiB', 'MiB', 'GiB', 'TiB'],
    });
  });

  test('P40 sizes are exact', () => {
    fc.assert(
      fc.property(
        fc.bigInt(0n, 9_000_000n),
        fc.constantFrom(
          ...([
            ['KB', 1000n],
            ['MB', 1_000_000n],
            ['GiB', 1n << 30n],
          ] as const),
        ),
        (thousandths, [unit, bytes]) => {
          const text = `${thousandths / 1000n}.${String(thousandths % 1000n).padStart(3, '0')} ${unit}`;
          expect(BigInt(fileSize(text, 'size').bytes)).toBe((thousandths * bytes + 500n) / 1000n);
        },
      ),
    );
  });

  test.each([
    ['md5', md5],
    ['MD5', md5.toUpperCase()],
    ['md5', 'CY9rzUYh03PK3k6DJie09g=='],
    ['SHA-256', 'a'.repeat(64)],
    ['crc32c', 'yZRlqg=='],
    ['blake3', '0'.repeat(64)],
  ])('P40 a hash by %s is taken as it is written', async (hashAlgorithm, hash) => {
    const { file } = await register({ fileName: `hashed ${hash}`, hash, hashAlgorithm });
    expect(file.currentVersion).toMatchObject({ hash, hashAlgorithm });
  });

  test('P40 its version or hash is its current content', async () => {
    expect(
      (await register({ fileName: 'v1', version: '17', modifiedAt: '2026-01-31T08:00:00Z', sizeBytes: 5, status: 'ready' })).file
        .currentVersion,
    ).toEqual({
      version: '17',
      hash: null,
      hashAlgorithm: null,
      sizeBytes: '5',
      modifiedAt: '2026-01-31T08:00:00.000000Z',
      isCurrent: true,
      status: { name: 'ready' },
    });
    expect((await register({ fileName: 'v2', hash: md5, hashAlgorithm: 'md5' })).file.currentVersion).toMatchObject({
      hash: md5,
      hashAlgorithm: 'md5',
      version: null,
    });
    expect((await register({ fileName: 'v3' })).file.currentVersion).toBeNull();
    for (const [file, argument] of [
      [{ hash: md5 }, 'hashAlgorithm'],
      ...['zz', 'ab', 'g'.repeat(32), `${md5}0`, 'A'.repeat(23)].map((hash) => [{ hash, hashAlgorithm: 'md5' }, 'hash'] as const),
      [{ hash: md5, hashAlgorithm: 'sha256' }, 'hash'],
      [{ hash: md5, hashAlgorithm: 'md6' }, 'hashAlgorithm'],
      [{ hashAlgorithm: 'md5' }, 'hash'],
      [{ modifiedAt: '2026-01-31T08:00:00Z' }, 'modifiedAt'],
      [{ modifiedAt: '2026-02-30T08:00:00Z', version: '1' }, 'modifiedAt'],
      [{ version: ' ' }, 'version'],
      [{ version: 'x'.repeat(1001) }, 'version'],
      [{ hash: 'a\0', hashAlgorithm: 'md5' }, 'hash'],
      [{ status: '\ud800' }, 'status'],
      [{ size: '1 B', sizeBytes: 1 }, 'sizeBytes'],
      [{ sizeBytes: -1 }, 'sizeBytes'],
      [{ sizeBytes: '9223372036854775808' }, 'sizeBytes'],
    ] as const)
      expect((await register({ fileName: 'v4', ...file })).error).toMatchObject({ code: 'INVALID', argument });
  });

  test.each([
    '',
    '  ',
    'x'.repeat(2001),
    'é'.repeat(1001),
    'y'.repeat(1_048_577),
    'a\0b',
    'a\nb',
    'a\u0085',
    '\ud800',
    '..',
    'a/../b',
    '../a',
    'a/..',
    'a\\..\\b',
  ])('P39 %.20j is no name of a file', async (fileName) => {
    const before = await count();
    const [bad, good] = await registerAll([{ fileName }, { fileName: 'beside the bad one' }]);
    expect(bad).toMatchObject({ created: false, file: null, error: { code: 'INVALID', argument: 'fileName' } });
    expect(good!.error).toBeNull();
    expect(await count()).toBeLessThanOrEqual(before + 1);
  });
  test.each(['x'.repeat(2000), '..a', 'a..', 'a/b', "'; --", '%_\\', '😀', 'a b', '.'])(
    'P39 %.20j is a name of a file',
    async (fileName) => {
      const { created, file } = await register({ fileName }, { location: { path: '/names' } });
      expect([created, file.fileName]).toEqual([true, fileName]);
    },
  );
});

describe('many files', () => {
  test('C25 ten thousand in one call, of which bad ones do not lose the others, in a fixed number of statements', async () => {
    const name = (i: number) => `bulk ${i}.csv`;
    const run = await startRun({
      name: 'bulk',
      sources: [{ name: 'bulk source', objects: [{ name: 'table' }] }],
      datasetTypes: ['bulk type'],
    });
    const files: object[] = Array.from({ length: 10_000 }, (_, i) => ({ fileName: name(i), size: `${i}.5 KB`, version: `v${i}` }));
    files[17] = { fileName: 'a/../b' };
    files[170] = { fileName: 'b', status: 'none such' };
    files[1700] = { fileName: 'c', size: '12' };
    const document =
      'mutation ($input: RegisterFilesInput!) { registerFiles(input: $input) { results { created error { argument } file { fileName } } } }';
    const call = (list: object[], path: string) =>
      api.recorded(async () => {
        results = (await api.run(document, { input: { location: { path }, run: { databaseId: run }, files: list } })).registerFiles.results;
      });
    let results: Result[] = [];
    const few = await call([{ fileName: 'one' }, { fileName: '' }], '/few');
    const many = await call(files, '/bulk');
    expect(many).toEqual(few);
    expect(many.length).toBeLessThanOrEqual(6);
    expect(results.filter(({ created }) => created)).toHaveLength(9997);
    expect(results.flatMap(({ error }, i) => (error ? [[i, error.argument]] : []))).toEqual([
      [17, 'fileName'],
      [170, 'status'],
      [1700, 'size'],
    ]);
    expect(results.every(({ file }, i) => !file || file.fileName === name(i))).toBe(true);
    expect(await count(`extract_tracking join location_lkup on location_id = extract_location_id where location_path = '/bulk'`)).toBe(
      9997,
    );
    // Again: nothing is written.
    const tables = [
      'extract_tracking',
      'extract_version',
      'extract_process_tracking',
      'extract_source',
      'extract_source_object',
      'extract_dataset_type',
      'status_event',
    ];
    const before = await Promise.all(tables.map(count));
    expect(before.slice(2, 6)).toEqual(Array(4).fill(expect.any(Number)));
    expect(Math.min(...before)).toBeGreaterThanOrEqual(9997);
    await call(files, '/bulk');
    expect(results.filter(({ created }) => created)).toEqual([]);
    expect(await Promise.all(tables.map(count))).toEqual(before);
  });

  test('C25 none, and too many, are refused', async () => {
    for (const files of [[], Array.from({ length: 10_001 }, () => ({ fileName: 'a' }))])
      expect(await refused(registerAll(files))).toMatchObject({
        code: 'INVALID',
        details: { argument: 'input.files', allowed: { min: 1, max: 10_000 } },
      });
  });
});

describe('the files of a location', () => {
  test('P42 new ones are ready, known ones left alone, sub-folders left out, the count set', async () => {
    await registerAll(
      [
        { fileName: 'a', status: 'loaded' },
        { fileName: 'b', status: 'archived' },
        { fileName: 'g', status: 'deleted' },
      ],
      { location: { path: '/listed' } },
    );
    expect(await listed(['a', 'b', 'sub/', 'c', 'c', 'x\ny', 'deep/file', './g', '../g'])).toEqual({
      created: 1,
      omittedCount: 2,
      location: { fileCount: 6 },
      results: [
        { created: false, error: null, warning: null, file: { fileName: 'a', status: { name: 'loaded' } } },
        { created: false, error: null, warning: null, file: { fileName: 'b', status: { name: 'archived' } } },
        { created: false, error: null, warning: 'Skipped: "sub/" is a subfolder.', file: null },
        { created: true, error: null, warning: null, file: { fileName: 'c', status: { name: 'ready' } } },
        { created: false, error: null, warning: null, file: { fileName: 'c', status: { name: 'ready' } } },
        { created: false, error: { code: 'INVALID', argument: 'fileName' }, warning: null, file: null },
        { created: false, error: null, warning: expect.stringMatching(/"deep\/file".*"deep"/), file: null },
        { created: false, error: null, warning: null, file: { fileName: 'g', status: { name: 'ready' } } },
        { created: false, error: { code: 'INVALID', argument: 'fileName' }, warning: null, file: null },
      ],
    });
    // A part of what lies there.
    expect((await listed(['h'], { fileCount: 7 })).location.fileCount).toBe(7);
    expect(await refused(listed(['h', 'i'], { fileCount: 1 }))).toMatchObject({
      code: 'INVALID',
      details: { argument: 'input.fileCount', allowed: { min: 2 } },
    });
  });

  test('P42 an emptied folder has none, and its files stay known', async () => {
    await listed(['left']);
    const before = await count();
    expect(await listed([])).toEqual({ created: 0, omittedCount: 0, location: { fileCount: 0 }, results: [] });
    expect(await listed(['only/', 'folders/'])).toMatchObject({ created: 0, omittedCount: 2, location: { fileCount: 0 } });
    expect(await count()).toBe(before);
  });

  test('P42 ten thousand names in one call, under a run, in a fixed number of statements', async () => {
    const run = await startRun({ name: 'lister' });
    const call = (names: string[], path: string) =>
      api.recorded(async () => {
        await listed(names, { location: { path }, run: { process: 'lister', number: 1 } });
      });
    const few = await call(['a'], '/few names');
    const many = await call(
      Array.from({ length: 10_000 }, (_, i) => (i % 100 ? `file ${i}` : `folder ${i}/`)),
      '/many names',
    );
    // What is read side by side goes in any order.
    expect(many.sort()).toEqual(few.sort());
    expect(await count(`extract_process_tracking where process_tracking_id = ${run}`)).toBe(9901);
    expect((await api.run('{ location(path: "/many names") { fileCount files(first: 1) { totalCount } } }')).location).toEqual({
      fileCount: 9900,
      files: { totalCount: 9900 },
    });
  });
});

describe('what a file gets from the process that registers it', () => {
  const inherited = async (run: number, fileName = 'inherits', path = `/of run ${run}`) => {
    await register({ fileName }, { run: { databaseId: run }, location: { path } });
    const names = '{ nodes { name } }';
    const { run: found } = await api.run(
      `query ($run: Int!) { run(databaseId: $run) { files { nodes { fileName sources ${names} sourceObjects ${names} datasetTypes ${names} location { sources ${names} objects ${names} } } } } }`,
      { run },
    );
    const [file] = found.files.nodes;
    const list = (page: { nodes: { name: string }[] }) => page.nodes.map((each) => each.name);
    return {
      sources: list(file.sources),
      objects: list(file.sourceObjects),
      types: list(file.datasetTypes),
      ofLocation: [...list(file.location.sources), ...list(file.location.objects)],
    };
  };

  test('P48 P23 its sources, at each of the three grains, and its dataset types; so does the location', async () => {
    const sources = await startRun({
      name: 'by source',
      sources: [{ name: 'shop' }, { name: 'till' }],
      targets: [{ name: 'house' }],
      datasetTypes: ['sales', 'daily'],
    });
    expect(await inherited(sources)).toEqual({
      sources: ['shop', 'till'],
      objects: [],
      types: ['daily', 'sales'],
      ofLocation: ['shop', 'till'],
    });
    const objects = await startRun({
      name: 'by object',
      sources: [{ name: 'shop', objects: [{ name: 'orders' }, { name: 'lines' }] }],
      datasetTypes: ['sales'],
    });
    expect(await inherited(objects)).toEqual({
      sources: ['shop'],
      objects: ['lines', 'orders'],
      types: ['sales'],
      ofLocation: ['shop', 'lines', 'orders'],
    });
    const attributes = await startRun({
      name: 'by attribute',
      sources: [{ name: 'till', objects: [{ name: 'receipts', attributes: [{ name: 'total' }, { name: 'day' }] }] }],
      datasetTypes: ['money'],
    });
    expect(await inherited(attributes)).toEqual({
      sources: ['till'],
      objects: ['receipts'],
      types: ['money'],
      ofLocation: ['till', 'receipts'],
    });
  });

  test('P48 what a Python client wrote at attribute granularity only counts at each granularity', async () => {
    await startRun({ name: 'py reader', sources: [{ name: 'py', objects: [{ name: 'o', attributes: [{ name: 'a' }] }] }] });
    await api.sql(`delete from process_source_object where process_id = (select process_id from process where process_name = 'py reader')`);
    await api.sql(`delete from process_source where process_id = (select process_id from process where process_name = 'py reader')`);
    await api.sql(
      `delete from process_source_object_attribute where process_id = (select process_id from process where process_name = 'py reader')`,
    );
    await api.sql(`insert into process_source_object_attribute (process_id, source_object_attribute_id)
      select process_id, source_object_attribute_id from process, source_object_attribute_lkup join source_object_lkup using (source_object_id) join source_lkup using (source_id)
      where process_name = 'py reader' and source_name = 'py'`);
    const [run] = await api.sql<{ id: number }>(
      `select process_tracking_id as id from process_tracking join process using (process_id) where process_name = 'py reader'`,
    );
    expect(await inherited(run!.id)).toMatchObject({ sources: ['py'], objects: ['o'] });
  });

  test('P48 a known file, registered under a run of another process, gets those of that one beside its own; what is retired gets no links', async () => {
    const one = await startRun({ name: 'maker', sources: [{ name: 'from' }] });
    const other = await startRun({ name: 'taker', sources: [{ name: 'also' }, { name: 'old' }] });
    await api.run('mutation { retire(input: { subject: { source: { name: "old" } } }) { changed } }');
    await inherited(one, 'shared', '/shared');
    expect(await inherited(other, 'shared', '/shared')).toMatchObject({ sources: ['also', 'from'], ofLocation: ['also', 'from'] });
  });

  test('P48 what is retired gets no links at any granularity: none shows once it is restored', async () => {
    const run = await startRun({
      name: 'keeper',
      sources: [{ name: 'kept', objects: [{ name: 'used' }, { name: 'unused' }] }, { name: 'left' }],
    });
    const change = (mutation: string) =>
      api.run(
        `mutation { s: ${mutation}(input: { subject: { source: { name: "left" } } }) { changed }
          o: ${mutation}(input: { subject: { object: { source: "kept", name: "unused" } } }) { changed } }`,
      );
    await change('retire');
    expect(await inherited(run, 'kept.csv', '/kept')).toMatchObject({ sources: ['kept'], objects: ['used'] });
    await change('restore');
    const names = '{ nodes { name } }';
    expect(
      await api.run(
        `{ location(path: "/kept") { sources ${names} objects ${names} files { nodes { sources ${names} sourceObjects ${names} } } } }`,
      ),
    ).toEqual({
      location: {
        sources: { nodes: [{ name: 'kept' }] },
        objects: { nodes: [{ name: 'used' }] },
        files: { nodes: [{ sources: { nodes: [{ name: 'kept' }] }, sourceObjects: { nodes: [{ name: 'used' }] } }] },
      },
    });
  });

  test('P30 a dataset type that comes later reaches the files that the process has, whoever writes it', async () => {
    const run = await startRun({ name: 'late' });
    expect((await inherited(run)).types).toEqual([]);
    await api.run(
      'mutation { linkDatasetType(input: { subject: { process: { name: "late" } }, datasetType: { name: "afterwards" } }) { changed } }',
    );
    expect((await inherited(run)).types).toEqual(['afterwards']);
    // As a Python client writes: the type of the process, and another file of its run.
    await api.sql(`insert into dataset_type_lkup (dataset_type) values ('by hand')`);
    await api.sql(
      `insert into process_dataset_type (process_id, dataset_type_id) select process_id, dataset_type_id from process, dataset_type_lkup where process_name = 'late' and dataset_type = 'by hand'`,
    );
    expect((await inherited(run)).types).toEqual(['afterwards', 'by hand']);
    const [file] = await api.sql<{ id: number }>(
      `insert into extract_tracking (extract_filename, extract_location_id, extract_registration_date_time) select 'late py.csv', min(location_id), now() from location_lkup returning extract_id as id`,
    );
    await api.sql(
      'insert into extract_process_tracking (extract_tracking_id, process_tracking_id, extract_process_event_date_time) values ($1, $2, now())',
      [file!.id, run],
    );
    expect(
      await api.sql(
        'select dataset_type from extract_dataset_type join dataset_type_lkup using (dataset_type_id) where extract_id = $1 order by 1',
        [file!.id],
      ),
    ).toEqual([{ dataset_type: 'afterwards' }, { dataset_type: 'by hand' }]);
  });
});

describe('beside a Python client', () => {
  test('P53 a file that it wrote is the same file: one of a name in a location, its statuses filled', async () => {
    await register({ fileName: 'mine.csv' }, { location: { path: '/both', name: 'both' } });
    const run = await startRun({ name: 'py' });
    const insert = `insert into extract_tracking (extract_filename, extract_location_id, extract_registration_date_time, extract_filetype_id)
      select $1, location_id, now()::timestamp, 1 from location_lkup where location_path = '/both' returning extract_id as id`;
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 6 }, () => api.sql(insert, ['both.csv'])),
      ...Array.from({ length: 6 }, () => register({ fileName: 'both.csv' }, { location: { path: '/both' } })),
    ]);
    expect(await count(`extract_tracking where extract_filename = 'both.csv'`)).toBe(1);
    expect(outcomes.slice(6).every(({ status }) => status === 'fulfilled')).toBe(true);
    await expect(api.sql(insert, ['mine.csv'])).rejects.toMatchObject({
      constraint: 'extract_tracking_extract_location_id_extract_filename_unique',
    });
    const [py] = await api.sql<{ id: number }>(insert, ['py.csv']);
    await api.sql(
      'insert into extract_process_tracking (extract_tracking_id, process_tracking_id, extract_process_event_date_time) values ($1, $2, now())',
      [py!.id, run],
    );
    const { file, created } = await register(
      { fileName: 'py.csv', status: 'ready' },
      { location: { name: 'both' }, run: { databaseId: run } },
    );
    expect([created, file.status.name, file.registeredAt]).toEqual([false, 'initializing', expect.stringMatching(/Z$/)]);
    expect(
      (
        await api.run(
          'query ($run: Int!) { run(databaseId: $run) { files { nodes { fileName runs { nodes { status { name } run { databaseId } } } } } } }',
          { run },
        )
      ).run.files.nodes,
    ).toEqual([{ fileName: 'py.csv', runs: { nodes: [{ status: { name: 'initializing' }, run: { databaseId: run } }] } }]);
  });
});
