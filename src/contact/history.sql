-- What the history records of this folder's table (history/record-changes.sql), and how links to a contact name it.
-- Makes record_contact_lkup.
select process_tracker.record_changes('contact_lkup', 'Contact', 'contact_id', '$.contact_name',
  array['name contact_name', 'email contact_email', 'phone contact_phone', 'chat contact_chat', 'pager contact_pager',
    'url contact_url']);

select process_tracker.refuse_blank_names('contact_lkup', 'contact_name');

create or replace function process_tracker.way_to_contact(out way text, out name text, out name_with_role text)
language sql immutable as $$
  values ('left join contact_lkup c on c.contact_id = $.contact_id',
    $n$coalesce(c.contact_name, '#' || $.contact_id)$n$,
    $n$coalesce(c.contact_name, '#' || $.contact_id) || coalesce(' (' || nullif($.role, '') || ')', '')$n$)
$$;
