import type { Api } from './api.js';

/** Gives each process of a store with runs (`fillRuns`) two files, with versions, errors, links and a dependency: one loading, one ready. */
export async function fillFiles(api: Api): Promise<void> {
  await api.sql(`
    insert into location_type_lkup (location_type_name) values ('local filesystem') on conflict do nothing;
    insert into location_lkup (location_name, location_path, location_type_id, location_file_count)
      select 'files', '/files', location_type_id, 2 from location_type_lkup where location_type_name = 'local filesystem';
    insert into extract_tracking (extract_filename, extract_location_id, extract_process_run_id, extract_status_id, extract_registration_date_time, registered_at,
        extract_filetype_id, extract_compression_type_id, extract_filesize, extract_filesize_type_id, size_bytes, claim_run_id, lease_until, owner, attempt)
      select p.process_name || x.ending, l.location_id, r.process_tracking_id, s.extract_status_id, at::timestamp, at, 1, x.packed, 1.5, 1, 1500,
        case when x.status = 'loading' then r.process_tracking_id end, case when x.status = 'loading' then timestamptz '2020-02-01' end,
        case when x.status = 'loading' then 'worker' end, x.n
      from process p join process_tracking r on r.process_id = p.process_id and r.process_run_id = 4
      cross join (values (1, '.csv', null, 'loading'), (2, '.csv.zip', 1, 'ready')) x (n, ending, packed, status)
      join extract_status_lkup s on s.extract_status_name = x.status
      cross join location_lkup l cross join lateral (select timestamptz '2020-01-01' + p.process_id * interval '1 hour' + x.n * interval '1 minute' as at) y
      where l.location_name = 'files' order by p.process_id, x.n;
    insert into extract_version (extract_id, version, first_seen_at, is_current, extract_status_id, target_object_id)
      select extract_id, v, registered_at, v = '2', extract_status_id, (select min(source_object_id) from source_object_lkup)
      from extract_tracking cross join unnest('{1,2}'::text[]) v order by 1, 2;
    insert into extract_error (extract_id, extract_version_id, error_type_id, attempt, message, occurred_at, process_tracking_id)
      select extract_id, extract_version_id, (select min(error_type_id) from error_type_lkup), n, 'attempt ' || n, first_seen_at + n * interval '1 second', extract_process_run_id
      from extract_version join extract_tracking using (extract_id) cross join generate_series(1, 2) n where version = '1' order by 1, 4;
    insert into extract_process_tracking (process_tracking_id, extract_tracking_id, extract_process_event_date_time, extract_process_status_id)
      select extract_process_run_id, extract_id, registered_at, extract_status_id from extract_tracking;
    insert into extract_source (extract_id, source_id) select e.extract_id, s.source_id from extract_tracking e cross join (select min(source_id) as source_id from source_lkup) s;
    insert into extract_source_object (extract_id, source_object_id)
      select e.extract_id, s.id from extract_tracking e cross join (select min(source_object_id) as id from source_object_lkup) s;
    insert into dataset_type_lkup (dataset_type) values ('files') on conflict do nothing;
    insert into extract_dataset_type (extract_id, dataset_type_id)
      select extract_id, dataset_type_id from extract_tracking cross join dataset_type_lkup where dataset_type = 'files' on conflict do nothing;
    insert into extract_dependency (parent_extract_id, child_extract_id, dependency_type_id)
      select a.extract_id, b.extract_id, 2 from extract_tracking a join extract_tracking b on b.extract_filename = a.extract_filename || '.zip'
      union select b.extract_id, a.extract_id, 3 from extract_tracking a join extract_tracking b on a.extract_filename = 'process 001.csv' and b.extract_filename = 'process 002.csv'`);
}
