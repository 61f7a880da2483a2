-- Further addresses of contacts; and two contacts may share a mailbox.
set local search_path = process_tracker, pg_temp;

alter table contact_lkup
  add column if not exists contact_phone text collate "C",
  add column if not exists contact_chat text collate "C",
  add column if not exists contact_pager text collate "C",
  add column if not exists contact_url text collate "C";

-- What keeps the mailbox of each apart has another name in a store that ProcessTracker made, where it may be there twice.
do $$
declare
  it record;
begin
  for it in
    select i.indexrelid::regclass as index, c.conname
    from pg_index i
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    left join pg_constraint c on c.conindid = i.indexrelid and c.conrelid = i.indrelid and c.contype = 'u'
    where i.indrelid = 'contact_lkup'::regclass and i.indisunique and i.indnkeyatts = 1 and a.attname = 'contact_email'
  loop
    if it.conname is null then
      execute format('drop index %s', it.index);
    else
      execute format('alter table contact_lkup drop constraint %I', it.conname);
    end if;
  end loop;
end $$;
