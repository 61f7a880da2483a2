-- Puts values into `{words}` of a text: for the files that make one function or trigger a table from a list.
create or replace function process_tracker.fill_template(template text, vars jsonb)
returns text language plpgsql immutable as $$
declare
  var record;
begin
  for var in select * from jsonb_each_text(vars) loop
    template := replace(template, '{' || var.key || '}', coalesce(var.value, ''));
  end loop;
  return template;
end $$;
