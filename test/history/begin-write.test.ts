import type pg from 'pg';
import { openStore } from '../support/sql-store.js';

const store = await openStore('store');
const { pool, sql, one, write, newName, newProcess, newRun, newLocation } = store;
afterAll(() => store.close());

describe('P51 audit columns', () => {
  const stamps = (id: number) =>
    sql('select created_by, updated_by, row_version, update_date_time::text as at from process where process_id = $1', [id]).then(
      (rows) => rows[0]!,
    );

  test('P51 rows carry the actor who made and who changed them', async () => {
    const name = newName('process');
    await write('operator', `insert into process (process_name) values ('${name}')`);
    const id = Number(await one('select process_id from process where process_name = $1', [name]));
    const actor = async (who: string) => Number(await one('select actor_id from actor_lkup where actor_name = $1', [who]));
    expect(await stamps(id)).toMatchObject({ created_by: await actor('operator'), updated_by: await actor('operator'), row_version: 1 });
    await write('curator', `update process set description = 'nightly' where process_id = ${id}`);
    expect(await stamps(id)).toMatchObject({ created_by: await actor('operator'), updated_by: await actor('curator'), row_version: 2 });
    await sql(`update process set description = 'hourly' where process_id = ${id}`);
    expect(await stamps(id)).toMatchObject({ updated_by: 0, row_version: 3 });
  });

  test('P51 a row that is written as it was keeps its update time and its version', async () => {
    const id = await newProcess();
    const before = await stamps(id);
    await write('operator', `update process set process_name = process_name, description = null where process_id = ${id}`);
    await write(
      'operator',
      `insert into process (process_name) select process_name from process where process_id = ${id} on conflict (process_name) do update set process_name = excluded.process_name`,
    );
    expect(await stamps(id)).toEqual(before);
  });

  test('P51 an old client cannot set the update time of a row that it changes', async () => {
    const id = await newProcess();
    await sql(`update process set total_record_count = 5, update_date_time = '1999-01-01', updated_by = 7 where process_id = $1`, [id]);
    expect(await one(`select update_date_time > '2020-01-01' and updated_by = 0 from process where process_id = $1`, [id])).toBe(true);
  });

  test('every table with a row version keeps it', async () => {
    const without = await sql(
      `select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'row_version'
       where c.relnamespace = 'process_tracker'::regnamespace and c.relkind in ('r', 'p')
         and not exists (select from pg_trigger g where g.tgrelid = c.oid and g.tgname = 'stamp_update')`,
    );
    expect(without).toEqual([]);
    expect(await one(`select count(*) from pg_trigger where tgname = 'stamp_update'`)).toBe('50');
  });

  test('the clock of rules and history can be moved by a setting', async () => {
    const client = await pool.connect();
    await client.query(`begin; set local waybill.now = '2031-05-06T07:08:09Z'`);
    const { rows } = await client.query(`insert into tool_lkup (tool_name) values ('clock') returning (select waybill_now()::text as now)`);
    const event = await client.query(`select at::text from status_event where subject_kind = 'Tool' and subject_name = 'clock'`);
    await client.query('rollback');
    client.release();
    expect([rows[0].now, event.rows[0].at]).toEqual(['2031-05-06 07:08:09+00', '2031-05-06 07:08:09+00']);
  });
});

describe('begin_write', () => {
  test('twenty at once make one actor', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => one(`select begin_write('crowd', null, 'api')`)));
    expect(new Set(ids).size).toBe(1);
    expect(await one(`select count(*) from actor_lkup where actor_name = 'crowd'`)).toBe('1');
  });

  test('its settings end with the transaction', async () => {
    const client = await pool.connect();
    await client.query(`begin; select begin_write('operator', 'why', 'api'); commit`);
    const { rows } = await client.query(
      `select current_setting('waybill.actor', true) as actor, current_setting('waybill.actor_id', true) as id`,
    );
    client.release();
    expect(rows).toEqual([{ actor: '', id: '' }]);
  });
});

describe('P53 the database protects old clients', () => {
  /** Six connections do the same at once; answers how many succeeded and the constraint that stopped the others. */
  async function six(statement: (n: number) => string): Promise<{ succeeded: number; stoppedBy: string[] }> {
    const results = await Promise.allSettled(Array.from({ length: 6 }, (_, n) => sql(statement(n))));
    const errors = results.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as pg.DatabaseError).constraint ?? String(result.reason)] : [],
    );
    return { succeeded: 6 - errors.length, stoppedBy: [...new Set(errors)] };
  }

  test('P53 a run number is given once', async () => {
    const process = await newProcess();
    expect(await six(() => newRun(process, 1).replace(', 1, 1,', ', 2, 1,'))).toEqual({
      succeeded: 1,
      stoppedBy: ['process_tracking_process_id_process_run_id_unique'],
    });
  });

  test('P53 one run is running; reported ones may overlap', async () => {
    const process = await newProcess();
    expect(await six((n) => newRun(process, n))).toEqual({ succeeded: 1, stoppedBy: ['process_tracking_one_running'] });
    await sql(
      `insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, origin) values ($1, 1, 90, now(), 'observed'), ($1, 1, 91, now(), 'observed')`,
      [process],
    );
  });

  test('P53 one run is the latest', async () => {
    const process = await newProcess();
    expect(await six((n) => newRun(process, n, 'true').replace(', 1,', ', 2,'))).toEqual({
      succeeded: 1,
      stoppedBy: ['process_tracking_one_latest'],
    });
  });

  test('P53 six starts as a Python client makes them: one run', async () => {
    const process = await newProcess();
    const start = async () => {
      const last = (
        await sql(
          'select process_run_id, process_status_id from process_tracking where process_id = $1 order by process_run_id desc limit 1',
          [process],
        )
      )[0];
      if (last?.process_status_id === 1) throw new Error('running');
      await sql(newRun(process, (last?.process_run_id ?? 0) + 1, 'true'));
    };
    const results = await Promise.allSettled(Array.from({ length: 6 }, start));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await one('select count(*) from process_tracking where process_id = $1', [process])).toBe('1');
  });

  test('P53 a location holds one file of a name', async () => {
    const location = await newLocation();
    const file = `insert into extract_tracking (extract_filename, extract_location_id, extract_registration_date_time, extract_compression_type_id)`;
    expect(await six((n) => `${file} values ('a.csv', ${location}, now(), ${n % 2 ? 1 : 'null'})`)).toEqual({
      succeeded: 1,
      stoppedBy: ['extract_tracking_extract_location_id_extract_filename_unique'],
    });
  });

  test('P53 nothing depends on itself', async () => {
    const process = await newProcess();
    const file = await one(
      `insert into extract_tracking (extract_filename, extract_location_id, extract_registration_date_time) values ('self', $1, now()) returning extract_id`,
      [await newLocation()],
    );
    await expect(sql(`insert into process_dependency (parent_process_id, child_process_id) values ($1, $1)`, [process])).rejects.toThrow(
      'process_dependency_not_self',
    );
    await expect(sql(`insert into extract_dependency (parent_extract_id, child_extract_id) values ($1, $1)`, [file])).rejects.toThrow(
      'extract_dependency_not_self',
    );
  });

  test('P53 the two statuses of a file are filled, and a given one stays', async () => {
    const location = await newLocation();
    const file = await one(
      `insert into extract_tracking (extract_filename, extract_location_id, extract_status_id, extract_registration_date_time) values ('null', $1, null, now()) returning extract_id`,
      [location],
    );
    const run = await one(`${newRun(await newProcess(), 1)} returning process_tracking_id`);
    await sql(
      `insert into extract_process_tracking (extract_tracking_id, process_tracking_id, extract_process_event_date_time, extract_process_status_id) values ($1, $2, now(), null)`,
      [file, run],
    );
    await sql(
      `insert into extract_tracking (extract_filename, extract_location_id, extract_status_id, extract_registration_date_time) values ('given', $1, 4, now())`,
      [location],
    );
    expect(
      await sql(
        `select extract_filename as name, s.extract_status_name as status, r.extract_status_name as in_run from extract_tracking e join extract_status_lkup s using (extract_status_id)
         left join extract_process_tracking p on p.extract_tracking_id = e.extract_id left join extract_status_lkup r on r.extract_status_id = p.extract_process_status_id
         where extract_location_id = $1 order by 1`,
        [location],
      ),
    ).toEqual([
      { name: 'given', status: 'loaded', in_run: null },
      { name: 'null', status: 'initializing', in_run: 'initializing' },
    ]);
  });

  test('P53 an error has a run and a type', async () => {
    const error = `insert into error_tracking (error_type_id, process_tracking_id, error_occurrence_date_time)`;
    await expect(sql(`${error} values (1, -1, now())`)).rejects.toThrow('error_tracking_process_tracking_id_foreign');
    const run = await one(`${newRun(await newProcess(), 1)} returning process_tracking_id`);
    await expect(sql(`${error} values (-1, ${run}, now())`)).rejects.toThrow('error_tracking_error_type_id_foreign');
  });
});
