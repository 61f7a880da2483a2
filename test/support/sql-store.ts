import pg from 'pg';
import { createDatabase } from './cluster.js';

export type Row = Record<string, any>;

/** A store as plain SQL sees it, with makers of small rows. */
export async function openStore(name: string) {
  const database = await createDatabase(name);
  const pool = new pg.Pool({ connectionString: database.url, options: '-c search_path=process_tracker -c timezone=UTC', max: 20 });
  // Idle connections may still be open when the database is dropped.
  pool.on('error', () => undefined);
  let unique = 0;

  const sql = async (text: string, values: unknown[] = []): Promise<Row[]> => (await pool.query(text, values)).rows;
  const one = async (text: string, values: unknown[] = []): Promise<any> => Object.values((await sql(text, values))[0]!)[0];

  /** Runs statements in one transaction, as a mutation of `actor` does. */
  async function write(actor: string | null, ...statements: string[]): Promise<void> {
    const client = await pool.connect();
    try {
      await client.query('begin');
      if (actor !== null) await client.query(`select begin_write($1, 'because', 'api')`, [actor]);
      for (const text of statements) await client.query(text);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  }

  const lastEvent = () => one('select coalesce(max(event_id), 0) from status_event');
  /** Events since `after`, short: `Kind name field: from → to`. */
  const eventsSince = async (after: unknown) =>
    (await sql('select * from status_event where event_id > $1 order by event_id', [after])).map(
      (e) => `${e.subject_kind} ${e.subject_name} ${e.field}: ${e.from_value} → ${e.to_value}`,
    );

  const newProcess = async (name = `process ${++unique}`) =>
    Number(await one('insert into process (process_name) values ($1) returning process_id', [name]));
  const newRun = (process: number, number: number, more = '') =>
    `insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time${more && ', is_latest_run'})
     values (${process}, 1, ${number}, '2026-01-01'${more && `, ${more}`})`;

  /** A source with objects and their attributes: `{ orders: ['id', 'price'] }`. Answers the numbers of the attributes in their order. */
  async function newSource(
    objects: Record<string, string[]>,
  ): Promise<{ name: string; source: number; objects: number[]; attributes: number[] }> {
    const name = `source ${++unique}`;
    const source = Number(await one('insert into source_lkup (source_name) values ($1) returning source_id', [name]));
    const made = { name, source, objects: [] as number[], attributes: [] as number[] };
    for (const [object, attributes] of Object.entries(objects)) {
      const id = Number(
        await one('insert into source_object_lkup (source_id, source_object_name) values ($1, $2) returning source_object_id', [
          source,
          object,
        ]),
      );
      made.objects.push(id);
      const rows = await sql(
        `insert into source_object_attribute_lkup (source_object_id, source_object_attribute_name) select $1, unnest($2::text[]) returning source_object_attribute_id as id`,
        [id, attributes],
      );
      made.attributes.push(...rows.map((row) => Number(row.id)));
    }
    return made;
  }

  const newLocation = async () => {
    await sql(`insert into location_type_lkup (location_type_name) values ('s3') on conflict do nothing`);
    const name = `location ${++unique}`;
    return Number(
      await one(
        `insert into location_lkup (location_name, location_path, location_type_id) select $1, $1, location_type_id from location_type_lkup where location_type_name = 's3' returning location_id`,
        [name],
      ),
    );
  };

  return {
    url: database.url,
    pool,
    sql,
    one,
    write,
    lastEvent,
    eventsSince,
    newName: (kind: string) => `${kind} ${++unique}`,
    newProcess,
    newRun,
    newSource,
    newLocation,
    async close() {
      await pool.end();
      await database.drop();
    },
  };
}
