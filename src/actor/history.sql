-- What the history records of this folder's tables (history/record-changes.sql).
-- Makes record_actor_lkup, record_tool_lkup, record_api_key.
select process_tracker.record_lookup('actor_lkup', 'Actor', 'actor_id', 'actor_name');
select process_tracker.record_lookup('tool_lkup', 'Tool', 'tool_id', 'tool_name');
select process_tracker.record_changes('api_key', 'ApiKey', 'api_key_id', '$.name',
  array['role role', 'revokedAt revoked_at']);
