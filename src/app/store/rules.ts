/**
 * What the database enforces and a store that grew without it may violate. `migrate` applies every rule that has no violations; while one
 * has, the store is read-only. The names are those that the entities give; a test compares them.
 */
export interface Rule {
  /** Name of the constraint or unique index. */
  name: string;
  table: string;
  /** The rule as a sentence. */
  says: string;
  /** Lists what stands against it, numbers and names. Runs on ProcessTracker's own tables as well, which lack our columns. */
  violations: string;
  create: string;
  /** What `--repair` does, as a sentence: no more than it must, and no row is lost where it can be kept. */
  remedy: string;
  repair: string;
}

const add = (table: string, name: string, definition: string) =>
  `alter table process_tracker.${table} add constraint ${name} ${definition}`;

const runName = `p.process_name as process`;

/** Keeps what is about to be deleted, as a line of history. */
const remember = (kind: string, id: string, field: string, from: string) =>
  `insert into status_event (subject_kind, subject_id, subject_name, field, from_value, actor, origin, reason, evidence)
   select '${kind}', ${id}, '#' || ${id}, '${field}', ${from},
     c.actor, c.origin, c.reason, to_jsonb(t)`;

function notSelf(table: string, things: string, key: string, parent: string, child: string, name: string): Rule {
  return {
    name: `${table}_not_self`,
    table,
    says: `Nothing in ${table} depends on itself.`,
    violations: `select t.${parent} as id, p.${name} as name
      from ${table} t
      left join ${things} p on p.${key} = t.${parent}
      where t.${parent} = t.${child}
      order by 1`,
    create: add(table, `${table}_not_self`, `check (${child} <> ${parent})`),
    remedy: 'The rows are deleted; the history keeps them.',
    repair: `delete from ${table} where ${parent} = ${child}`,
  };
}

export const rules: Rule[] = [
  {
    name: 'process_tracking_process_id_process_run_id_unique',
    table: 'process_tracking',
    says: 'Two runs of a process never have the same number.',
    violations: `select t.process_tracking_id as id, t.process_run_id as "number", ${runName}
      from (select *, count(*) over (partition by process_id, process_run_id) as twins from process_tracking) t
      left join process p using (process_id)
      where t.twins > 1
      order by t.process_id, t.process_run_id, t.process_tracking_id`,
    create: add('process_tracking', 'process_tracking_process_id_process_run_id_unique', 'unique (process_id, process_run_id)'),
    remedy:
      'Of runs with one number, the first that was made keeps it; the others and all later runs of that process move up, in their order.',
    repair: `update process_tracking t set process_run_id = t.process_run_id + n.up
      from (
        select process_tracking_id,
          count(*) filter (where twin > 1)
            over (partition by process_id order by process_run_id, process_tracking_id) as up
        from (
          select *, row_number() over (partition by process_id, process_run_id order by process_tracking_id) as twin
          from process_tracking
        ) r
      ) n
      where n.process_tracking_id = t.process_tracking_id and n.up > 0`,
  },
  {
    name: 'process_tracking_one_running',
    table: 'process_tracking',
    says: 'A process has at most one running run; runs that were only reported do not count.',
    violations: `select t.process_tracking_id as id, t.process_run_id as "number", ${runName},
      t.process_run_start_date_time as "startedAt"
      from (
        select *, count(*) over (partition by process_id) as running
        from process_tracking r
        where process_status_id = 1 and coalesce(to_jsonb(r) ->> 'origin', 'command') = 'command'
      ) t
      left join process p using (process_id)
      where t.running > 1
      order by t.process_id, t.process_run_id, t.process_tracking_id`,
    create: `create unique index process_tracking_one_running on process_tracker.process_tracking (process_id)
      where process_status_id = 1 and origin = 'command'`,
    remedy: "All but the newest running run become failed, with the end reason 'repaired' and the present as their end.",
    repair: `update process_tracking t
      set process_status_id = (select process_status_id from process_status_lkup where process_status_name = 'failed'),
        end_reason = 'repaired',
        process_run_end_date_time = coalesce(t.process_run_end_date_time, waybill_now()::timestamp)
      from (
        select process_tracking_id,
          row_number() over (partition by process_id order by process_run_id desc, process_tracking_id desc) as age
        from process_tracking
        where process_status_id = 1 and origin = 'command'
      ) n
      where n.process_tracking_id = t.process_tracking_id and n.age > 1`,
  },
  {
    name: 'process_tracking_one_latest',
    table: 'process_tracking',
    says: 'At most one run of a process is marked as its latest.',
    violations: `select t.process_tracking_id as id, t.process_run_id as "number", ${runName}
      from (select *, count(*) over (partition by process_id) as latest from process_tracking where is_latest_run) t
      left join process p using (process_id)
      where t.latest > 1
      order by t.process_id, t.process_run_id, t.process_tracking_id`,
    create: `create unique index process_tracking_one_latest on process_tracker.process_tracking (process_id)
      where is_latest_run`,
    remedy: 'The marked run with the highest number keeps its mark.',
    repair: `update process_tracking t set is_latest_run = false
      from (
        select process_tracking_id,
          row_number() over (partition by process_id order by process_run_id desc, process_tracking_id desc) as age
        from process_tracking
        where is_latest_run
      ) n
      where n.process_tracking_id = t.process_tracking_id and n.age > 1`,
  },
  {
    name: 'extract_tracking_extract_location_id_extract_filename_unique',
    table: 'extract_tracking',
    says: 'A location holds one file of a name.',
    violations: `select t.extract_id as id, t.extract_filename as "fileName", l.location_name as location
      from (
        select *, count(*) over (partition by extract_location_id, extract_filename) as twins
        from extract_tracking
      ) t
      left join location_lkup l on l.location_id = t.extract_location_id
      where t.twins > 1
      order by t.extract_location_id, t.extract_filename, t.extract_id`,
    create: add(
      'extract_tracking',
      'extract_tracking_extract_location_id_extract_filename_unique',
      'unique (extract_location_id, extract_filename)',
    ),
    remedy: 'The row that was made last keeps the name; each older one gets ` (duplicate ID)` behind it, where ID is its own number.',
    repair: `update extract_tracking t
      set extract_filename = t.extract_filename || ' (duplicate ' || t.extract_id || ')'
      from (
        select extract_id,
          row_number() over (partition by extract_location_id, extract_filename order by extract_id desc) as age
        from extract_tracking
      ) n
      where n.extract_id = t.extract_id and n.age > 1`,
  },
  notSelf('process_dependency', 'process', 'process_id', 'parent_process_id', 'child_process_id', 'process_name'),
  notSelf('extract_dependency', 'extract_tracking', 'extract_id', 'parent_extract_id', 'child_extract_id', 'extract_filename'),
  {
    name: 'error_tracking_error_type_id_foreign',
    table: 'error_tracking',
    says: 'Every error has a type that exists.',
    violations: `select t.error_tracking_id as id, t.error_type_id as "typeId", t.error_description as description
      from error_tracking t
      where not exists (select from error_type_lkup y where y.error_type_id = t.error_type_id)
      order by 1`,
    create: add(
      'error_tracking',
      'error_tracking_error_type_id_foreign',
      'foreign key (error_type_id) references process_tracker.error_type_lkup',
    ),
    remedy: 'A type with the missing number is made, named `Unknown error type NUMBER`.',
    repair: `insert into error_type_lkup (error_type_id, error_type_name)
        select distinct t.error_type_id, 'Unknown error type ' || t.error_type_id
        from error_tracking t
        where not exists (select from error_type_lkup y where y.error_type_id = t.error_type_id);
      select setval(pg_get_serial_sequence('process_tracker.error_type_lkup', 'error_type_id'),
        greatest(max(error_type_id), 1))
      from error_type_lkup`,
  },
  {
    name: 'error_tracking_process_tracking_id_foreign',
    table: 'error_tracking',
    says: 'Every error belongs to a run that exists.',
    violations: `select t.error_tracking_id as id, t.process_tracking_id as "runId", t.error_description as description
      from error_tracking t
      where not exists (select from process_tracking r where r.process_tracking_id = t.process_tracking_id)
      order by 1`,
    create: add(
      'error_tracking',
      'error_tracking_process_tracking_id_foreign',
      'foreign key (process_tracking_id) references process_tracker.process_tracking',
    ),
    remedy: 'The errors are deleted, since their run is gone; the history keeps each as it was.',
    repair: `${remember('Run', 't.process_tracking_id', 'errors', 't.error_description')}
        from error_tracking t cross join change_context() c
        where not exists (select from process_tracking r where r.process_tracking_id = t.process_tracking_id);
      delete from error_tracking t where not exists (select from process_tracking r where r.process_tracking_id = t.process_tracking_id)`,
  },
];
