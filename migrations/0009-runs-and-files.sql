-- The history calls runs and files as the API does. Which moves a subject may make is written anew at each start.
set local search_path = process_tracker, pg_temp;

update status_event
set subject_kind = replace(replace(subject_kind, 'ProcessRun', 'Run'), 'Extract', 'File')
where subject_kind in ('ProcessRun', 'Extract', 'ExtractStatus');
update status_event
set field = 'number'
where subject_kind = 'Run' and field = 'runNumber';
update status_event
set field = 'files'
where field = 'extracts';

delete from lifecycle_move
where subject_kind in ('ProcessRun', 'Extract');
