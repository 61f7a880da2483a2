import { migrate } from '../../src/app/store/migrate.js';
import { openApi } from '../support/api.js';
import { execute } from '../support/cluster.js';
import { closeAll, connect, empty } from '../support/old-store.js';

afterEach(closeAll);

describe('migrate', () => {
  test('twenty servers that start at once on an empty database make one store', async () => {
    const url = await empty();
    const states = await Promise.all(Array.from({ length: 20 }, () => migrate(url)));
    expect(new Set(states.map(({ kind }) => kind))).toEqual(new Set(['ready']));
    const ask = await connect(url);
    expect(await ask('select count(distinct name) = count(*) as once from waybill_migration')).toEqual([{ once: true }]);
  });

  test('functions are made anew when their text has changed, and only then', async () => {
    const url = await empty();
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    await migrate(url, { log });
    expect(lines.splice(0).join()).toContain('functions');
    await migrate(url, { log });
    expect(lines).toEqual([]);
    const ask = await connect(url);
    await ask(`update waybill_setting set value = 'of an older program' where key = 'functions'`);
    await ask(`drop trigger record_update on process`);
    await migrate(url, { log });
    expect(lines).toHaveLength(1);
    expect(await ask(`select count(*)::int as n from pg_trigger where tgrelid = 'process'::regclass and tgname = 'record_update'`)).toEqual(
      [{ n: 1 }],
    );
  });

  test('the history of a store from before calls its subjects and fields as the API does', async () => {
    const url = await empty();
    await migrate(url);
    const ask = await connect(url);
    await ask(`delete from waybill_migration where name = '0009-runs-and-files'`);
    const events = [
      ['ProcessRun', 'runNumber'],
      ['ProcessRun', 'extracts'],
      ['Extract', 'status'],
      ['ExtractStatus', 'created'],
      ['Process', 'runNumber'],
    ];
    for (const [kind, field] of events)
      await ask(`insert into status_event (subject_kind, subject_id, field, origin) values ('${kind}', 1, '${field}', 'api')`);
    await ask(`insert into lifecycle_move (subject_kind, from_state, to_state, needs_reason) values ('Extract', 'a', 'b', false)`);
    await migrate(url);
    expect(await ask('select subject_kind as kind, field from status_event where subject_id = 1 order by event_id desc limit 5')).toEqual([
      { kind: 'Process', field: 'runNumber' },
      { kind: 'FileStatus', field: 'created' },
      { kind: 'File', field: 'status' },
      { kind: 'Run', field: 'files' },
      { kind: 'Run', field: 'number' },
    ]);
    expect(await ask('select distinct subject_kind as kind from lifecycle_move order by 1')).toEqual([{ kind: 'File' }, { kind: 'Run' }]);
  });

  test('the log of a recorded run becomes one of its links, by which the run is known again; a mailbox may be shared', async () => {
    const url = await empty();
    await migrate(url);
    const api = await openApi('', url);
    const record = 'mutation ($input: RecordRunsInput!) { recordRuns(input: $input) { results { changed error { message } } } }';
    const run = {
      process: { name: 'p' },
      ...{ externalId: '1', startedAt: '2026-01-01T00:00:00Z', endedAt: '2026-01-01T01:00:00Z', status: 'completed' },
      links: [{ label: 'log', url: 'https://host/1' }],
    };
    const runs = [run, { ...run, externalId: '2', links: [] }];
    try {
      await api.run('mutation { registerProcess(input: { name: "p", type: "Load", tool: "dbt" }) { created } }');
      await api.run(record, { input: { runs } });
      // As the version before had it.
      for (const table of ['process', 'source_lkup', 'source_object_lkup', 'process_tracking', 'extract_tracking'])
        await api.sql(`alter table ${table} drop column links cascade`);
      for (const column of ['phone', 'chat', 'pager', 'url'])
        await api.sql(`alter table contact_lkup drop column contact_${column} cascade`);
      await api.sql('alter table contact_lkup add constraint one_mailbox unique (contact_email)');
      await api.sql('alter table process_tracking add column log_url text collate "C"');
      await api.sql('drop trigger record_update on process_tracking');
      await api.sql('drop trigger stamp_update on process_tracking');
      await api.sql(`update process_tracking set log_url = 'https://host/1',
        idempotency_input = idempotency_input - 'links' || '{"logUrl": "https://host/1"}' where external_id = '1'`);
      await api.sql(`delete from waybill_migration where name > '0011'`);
      const versions = 'select row_version as v, update_date_time as at from process_tracking order by process_tracking_id';
      const before = await api.sql(versions);
      expect(await migrate(url)).toEqual({ kind: 'ready' });
      expect(await api.sql(versions)).toEqual(before);
      expect((await api.run('{ runs { nodes { links { label url } } } }')).runs.nodes).toEqual(
        expect.arrayContaining([{ links: run.links }, { links: [] }]),
      );
      const same = { changed: false, error: null };
      expect((await api.run(record, { input: { runs } })).recordRuns.results).toEqual([same, same]);
      for (const name of ['a', 'b'])
        await api.run(`mutation { createContact(input: { name: "${name}", email: "a@b", pager: "1" }) { created } }`);
    } finally {
      await api.close();
    }
  });

  test('a store that a newer Waybill has changed is refused with a sentence', async () => {
    const url = await empty();
    await migrate(url);
    await execute(url, `insert into process_tracker.waybill_migration (name) values ('9999-later')`);
    await expect(migrate(url)).rejects.toThrow(/newer Waybill.*9999-later/);
  });

  test('a database that is not UTF-8 is refused with a sentence', async () => {
    const url = await empty();
    const name = `latin_${process.pid}`;
    await execute(url, `create database ${name} template template0 encoding 'LATIN1' locale_provider libc locale 'C'`);
    const latin = new URL(url);
    latin.pathname = `/${name}`;
    try {
      await expect(migrate(latin.href)).rejects.toThrow(/encoding LATIN1.*UTF8/);
    } finally {
      await execute(url, `drop database ${name}`);
    }
  });

  test('a database that is not there is not made', async () => {
    const url = new URL(await empty());
    url.pathname = `/slip_${process.pid}`;
    await expect(migrate(url.href)).rejects.toMatchObject({ code: '3D000' });
  });

  test("somebody else's schema of that name is left alone", async () => {
    const url = await empty();
    await execute(url, 'create schema process_tracker', 'create table process_tracker.recipe (id int)');
    await expect(migrate(url, { setup: true })).rejects.toThrow('neither');
    // Nor is it ProcessTracker's for one table's name.
    await execute(url, 'create table process_tracker.process (process_id int)');
    for (const options of [{}, { setup: true }, { dryRun: true }]) await expect(migrate(url, options)).rejects.toThrow('neither');
  });

  test('the time zone is one that PostgreSQL knows, and stays', async () => {
    const url = await empty();
    await expect(migrate(url, { timeZone: 'Mars/Olympus' })).rejects.toThrow('Mars/Olympus is no time zone');
    await migrate(url, { timeZone: 'Europe/Berlin' });
    await migrate(url);
    const ask = await connect(url);
    expect(await ask(`select value from waybill_setting where key = 'time_zone'`)).toEqual([{ value: 'Europe/Berlin' }]);
  });
});
