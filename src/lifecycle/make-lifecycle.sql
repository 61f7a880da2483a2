-- How a subject gets from one state to another: one mechanism for everything that has a lifecycle. What moves a command
-- may make stands in `lifecycle_move`; a concept fills it for its kind and has its own `move_<table>` made by
-- `make_lifecycle`. The triggers of this folder record each move, and raise the row version.
--
-- Two policies. A `command` is held to the moves, the fencing token and the row version: it is refused, and then
-- changes nothing. An `observation` reports what has happened anyway: it is never refused.

-- What stands against a move: null if nothing does, {"done": true} if the subject is there already, else an error as
-- data. `state` is where it is, `wanted` where it shall go (null: it stays, and only values are written). `guarded`: a
-- worker holds it, so that only its token opens it.
create or replace function process_tracker.judge_move(
  kind text, policy text, state text, wanted text, live_token bigint, token bigint, guarded boolean,
  live_version int, version int, reason text, must_move boolean
) returns jsonb language plpgsql stable as $$
declare
  allowed text[];
  move lifecycle_move;
begin
  if policy = 'observation' then
    return null;
  end if;
  if version <> live_version then
    return jsonb_build_object('code', 'CONFLICT',
      'message', format('Another client changed this %s meanwhile: its row version is %s.', lower(kind), live_version),
      'argument', 'rowVersion', 'value', version, 'allowed', live_version);
  end if;
  if token is not null and token is distinct from live_token then
    return jsonb_build_object('code', 'CONFLICT',
      'message', format('Stale fencing token %s: this %s has another one.', token, lower(kind)),
      'argument', 'fencingToken', 'value', token::text);
  end if;
  if guarded and token is null then
    return jsonb_build_object('code', 'CONFLICT',
      'message', format('This %s has a lease: a report on it needs the fencing token of its lease owner.', lower(kind)),
      'argument', 'fencingToken', 'value', null);
  end if;
  if wanted is null then
    return null;
  end if;
  if wanted = state and not must_move then
    return '{"done": true}';
  end if;
  select m.* into move
  from lifecycle_move m
  where m.subject_kind = kind
    and (m.from_state = state or m.from_state = '*' and not exists (
      select from lifecycle_move o
      where o.subject_kind = kind and state in (o.from_state, o.to_state)))
    and (m.to_state = wanted or m.to_state = '*' and not exists (
      select from lifecycle_move o
      where o.subject_kind = kind and wanted in (o.from_state, o.to_state)));
  if not found then
    select coalesce(
        array_agg(
          case m.to_state when '*' then 'a custom status' else m.to_state end
          order by m.to_state = '*', m.to_state),
        '{}')
      into allowed
    from lifecycle_move m
    where m.subject_kind = kind
      and (m.from_state = state or m.from_state = '*' and not exists (
        select from lifecycle_move o
        where o.subject_kind = kind and state in (o.from_state, o.to_state)));
    return jsonb_build_object('code', 'CONFLICT',
      'message', case
        when wanted = state then format('This %s is already %s.', lower(kind), state)
        else format('This %s is %s and cannot become %s.', lower(kind), state, wanted) end,
      'argument', 'status', 'value', wanted, 'state', state, 'allowed', to_jsonb(allowed));
  end if;
  if move.needs_reason and coalesce(reason, '') = '' then
    return jsonb_build_object('code', 'INVALID',
      'message', format('To bring this %s from %s to %s needs a reason.', lower(kind), state, wanted),
      'argument', 'reason', 'value', reason, 'allowed', 'a sentence');
  end if;
  return null;
end $$;

-- Makes `move_<table>(items, policy)`, which moves many subjects of one kind: locks them in the order of their numbers,
-- judges each (by `judge_<table>`, which only looks), and writes those that nothing stands against, each once. A
-- statement for each reason that is given, since the history takes one a statement.
--
-- `items` is a list of objects, no subject twice: `id`, `to` (the name of a state; left out, it stays), `token`,
-- `version`, `reason`, `byPerson` (needs no token), `mustMove` (to be there already is an error too), `refused` (what
-- the concept found to stand against it), and whatever the concept's own expressions take. Answers each item with its
-- place, what stands against it, and what the concept tells of its row before and after.
--
-- The functions that the product and the triggers call keep their plans (`force_generic_plan`): to plan a statement may
-- take ten times as long as to execute it. The plans must be right for tables that have grown since: these functions
-- set `seq_page_cost` so high that an index is the cheaper way to a table of one page too. What only they call says
-- none of this again. `enable_seqscan = off` is no way: up to PostgreSQL 17 it adds 1e10 to the cost of a plan that
-- needs such a scan, which is then compiled at each call. They say `jit = off` all the same, since what they do is
-- always short.
--
-- `spec`: kind, tbl, key; state (its column), states (the look-up table), state_type (its type in the API), state_key,
-- state_name; token, lease (columns); open: SQL of whether the subject `t` is at work at all; check: a function (row,
-- name of its state, item) that says as `judge_move` does what else stands against it; sets: the concept's own
-- columns, in SQL of the old row `t`, the item `m.x`, `m.open` and `m.now`; tells: SQL of an object about the row after
-- the move, `t`, and before, `m.was`.
create or replace function process_tracker.make_lifecycle(spec jsonb) returns void language plpgsql as $do$
begin
  execute process_tracker.fill_template($template$
    drop function if exists process_tracker.move_{tbl}(jsonb, text);
    drop function if exists process_tracker.judge_{tbl}(jsonb, text);
    create function process_tracker.judge_{tbl}(items jsonb, policy text)
    returns table (i int, id int, x jsonb, was process_tracker.{tbl}, open boolean, wanted int, verdict jsonb)
    language plpgsql stable as $body$
    #variable_conflict use_column
    begin
      return query
      -- From item to row by its key: `offset 0` keeps the look-up from becoming a join that reads the whole table.
        select n.i::int, (n.x ->> 'id')::int, n.x, r.subject, o.open, w.{state_key},
          case
            when t.{key} is null then
              jsonb_build_object('code', 'NOT_FOUND', 'message', 'There is no {kind} with this id.',
                'argument', '{argument}', 'value', n.x -> 'id')
            when n.x ->> 'to' is not null and w.{state_key} is null then
              jsonb_build_object('code', 'INVALID', 'message', format('There is no {state_type} %s.', n.x -> 'to'),
                'argument', 'status', 'value', n.x -> 'to',
                'allowed', (select jsonb_agg(l.{state_name} order by l.{state_key}) from {states} l))
            else coalesce(
              n.x -> 'refused',
              process_tracker.judge_move('{kind}', policy, s.{state_name},
                -- A holder that says again where its subject is has something else to say of it.
                case when n.x ->> 'to' <> s.{state_name} or not o.open or (n.x ->> 'mustMove')::boolean
                  then n.x ->> 'to' end,
                t.{token}, (n.x ->> 'token')::bigint,
                t.{lease} is not null and o.open and not coalesce((n.x ->> 'byPerson')::boolean, false),
                t.row_version, (n.x ->> 'version')::int,
                n.x ->> 'reason', coalesce((n.x ->> 'mustMove')::boolean, false)),
              case when policy <> 'observation' then process_tracker.{check}(r.subject, s.{state_name}, n.x) end)
          end
        from jsonb_array_elements(items) with ordinality n(x, i)
        left join lateral (select t as subject from {tbl} t where t.{key} = (n.x ->> 'id')::int offset 0) r on true
        cross join lateral (select (r.subject).*) t
        cross join lateral (select coalesce({open}, false) as open) o
        left join {states} s on s.{state_key} = t.{state}
        left join {states} w on w.{state_name} = n.x ->> 'to';
    end $body$;
    create function process_tracker.move_{tbl}(items jsonb, policy text)
    returns table (i int, id int, x jsonb, verdict jsonb, told jsonb) language plpgsql as $body$
    #variable_conflict use_column
    declare
      reason constant text := current_setting('waybill.reason', true);
      part record;
    begin
      perform from {tbl} t
      where t.{key} = any (array(select (x ->> 'id')::int from jsonb_array_elements(items) x))
      order by t.{key}
      for no key update;
      for part in
        select n.x ->> 'reason' as reason,
          jsonb_agg(n.x order by n.i) as items, array_agg(n.i::int order by n.i) as places
        from jsonb_array_elements(items) with ordinality n(x, i)
        group by n.x ->> 'reason'
        order by min(n.i)
      loop
        perform set_config('waybill.reason', coalesce(part.reason, reason, ''), true);
        return query
          with judged as materialized (
            select j.*, process_tracker.waybill_now() as now
            from process_tracker.judge_{tbl}(part.items, policy) j
          ), moved as (
            update {tbl} t
            set {state} = coalesce(m.wanted, t.{state}), {sets}
            from judged m
            where t.{key} = m.id and m.verdict is null
            returning t.{key} as id, {tells} as told
          )
          select part.places[m.i], m.id, m.x, m.verdict, v.told
          from judged m
          left join moved v on v.id = m.id
          order by m.i;
      end loop;
      perform set_config('waybill.reason', coalesce(reason, ''), true);
    end $body$;
  $template$, spec);
end $do$;
