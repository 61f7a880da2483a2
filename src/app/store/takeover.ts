import type { EntityMetadata, MetadataStorage } from '@mikro-orm/core';
import type { Queries } from '../../platform/database.js';
import { readOnlyFunctions } from './functions.js';

/** From a finer link to the coarser one above it, as in process/links/complete-coarser-links.sql. */
const levels = [
  {
    finer: 'process_source_object_attribute',
    finerKey: 'source_object_attribute_id',
    thing: 'source_object_attribute_lkup',
    parent: 'source_object_id',
    coarser: 'process_source_object',
    key: 'source_object_id',
  },
  {
    finer: 'process_target_object_attribute',
    finerKey: 'target_object_attribute_id',
    thing: 'source_object_attribute_lkup',
    parent: 'source_object_id',
    coarser: 'process_target_object',
    key: 'target_object_id',
  },
  {
    finer: 'process_source_object',
    finerKey: 'source_object_id',
    thing: 'source_object_lkup',
    parent: 'source_id',
    coarser: 'process_source',
    key: 'source_id',
  },
  {
    finer: 'process_target_object',
    finerKey: 'target_object_id',
    thing: 'source_object_lkup',
    parent: 'source_id',
    coarser: 'process_target',
    key: 'target_source_id',
  },
];

/**
 * Held by each connection that reads such a store, so that `setup` finds them. An advisory lock also on a standby, and whatever name the
 * connection goes by.
 */
const lock = { class: 0x7761_7962, object: 0x7265_6164 };
export const readerLock = {
  take: `select pg_advisory_lock_shared(${lock.class}, ${lock.object})`,
  held: `locktype = 'advisory' and classid = ${lock.class} and objid = ${lock.object} and objsubid = 2
    and database = (select oid from pg_database where datname = current_database())`,
};

/**
 * Lets our reads run on a store that ProcessTracker made and that must not be changed: SQL to run once on each new connection. It puts a
 * temporary view in front of every table of ours that is missing there or lacks columns (a connection's own relations come before those of
 * its search path), adds the links that only finer rows tell of, makes the read functions in `pg_temp`, and lets the connection write no more.
 */
export async function readOnlyShadow(db: Queries, metadata: MetadataStorage): Promise<string> {
  const rows = await db.query<{ table: string; columns: string[] }>(
    `select c.relname::text as table, array_agg(a.attname::text) as columns
     from pg_class c
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = to_regnamespace('process_tracker') and c.relkind in ('r', 'p')
     group by c.relname`,
  );
  const present = new Map(rows.map(({ table, columns }) => [table, new Set(columns)]));
  const tables = [...(metadata.getAll().values() as Iterable<EntityMetadata>)].filter((meta) => !meta.abstract);
  // A view over finer links stands on the finer view.
  const order = (table: string) => levels.findIndex(({ coarser }) => coarser === table);
  const views = tables
    .sort((a, b) => order(a.tableName) - order(b.tableName))
    .filter((meta) => meta.tableName !== 'process_due')
    .map((meta) => viewOf(meta.tableName, columnsOf(meta), present.get(meta.tableName)))
    .filter((sql) => sql !== '');
  // When processes are due is nowhere stored: it is computed by a function of ours.
  const due = 'create or replace temp view process_due as select * from pg_temp.schedules()';
  return [readerLock.take, ...views, await readOnlyFunctions(), due, 'set default_transaction_read_only = on'].join(';\n');
}

/** Columns of ours that say what columns of ProcessTracker say, in SQL of its row `c`. */
const derived: Readonly<Record<string, string>> = {
  'process_tracking.started_at': 'c.process_run_start_date_time',
  'process_tracking.ended_at': 'c.process_run_end_date_time',
  'extract_tracking.registered_at': 'c.extract_registration_date_time',
  'error_tracking.occurred_at': 'c.error_occurrence_date_time',
};

interface Column {
  name: string;
  type: string;
  missing: string;
}

const columnsOf = (meta: EntityMetadata): Column[] => {
  const columns = new Map<string, Column>();
  for (const prop of meta.props)
    prop.fieldNames.forEach((name, i) => {
      const type = prop.columnTypes[i]!.replace('(6)', '');
      columns.set(name, { name, type, missing: derived[`${meta.tableName}.${name}`] ?? prop.defaultRaw ?? 'null' });
    });
  return [...columns.values()];
};

const read = (at: string, { name, type }: Column) => `${at}.${name}::${type}${type === 'text' ? ' collate "C"' : ''} as ${name}`;
const lacking = ({ name, type, missing }: Column) => `(${missing})::${type} as ${name}`;

function viewOf(table: string, columns: Column[], present: Set<string> | undefined): string {
  const list = (known: (column: Column) => string | undefined) => columns.map((column) => known(column) ?? lacking(column)).join(', ');
  if (!present) {
    const nothing = columns.map(({ name, type }) => `null::${type} as ${name}`).join(', ');
    return `create or replace temp view ${table} as
      select ${nothing}
      where false`;
  }
  if (columns.every(({ name }) => present.has(name))) return '';
  const level = levels.find(({ coarser }) => coarser === table);
  const own = `select ${list((column) => (present.has(column.name) ? read('c', column) : undefined))}
    from process_tracker.${table} c`;
  if (!level) return `create or replace temp view ${table} as ${own}`;

  const { finer, finerKey, thing, parent, key } = level;
  const links = `pg_temp.${finer} f join process_tracker.${thing} t on t.${thing.replace('_lkup', '_id')} = f.${finerKey}`;
  const below = `exists (select from ${links} where f.process_id = c.process_id and t.${parent} = c.${key})`;
  const told = list(({ name }) =>
    name === 'process_id'
      ? 'f.process_id'
      : name === key
        ? `t.${parent} as ${key}`
        : name === 'implied'
          ? 'true as implied'
          : name === 'declared'
            ? 'false as declared'
            : undefined,
  );
  return `create or replace temp view ${table} as ${own.replace('(false)::boolean as implied', `${below} as implied`)}
    union all select distinct ${told} from ${links}
    where t.${parent} is not null and not exists (
      select from process_tracker.${table} c
      where c.process_id = f.process_id and c.${key} = t.${parent})`;
}
