-- Confines a table to the rows that meet `condition`, by row-level security that binds its owner too. Its policy keeps
-- the condition as its comment: a table that has it already is not locked.
create or replace function {{schema}}.confine(walled regclass, condition text) returns void language plpgsql as $$
begin
  if exists (
    select from pg_class c join pg_policy p on p.polrelid = c.oid
    where c.oid = walled and c.relrowsecurity and c.relforcerowsecurity
      and p.polname = 'tenant_scope' and obj_description(p.oid, 'pg_policy') = condition
  ) then
    return;
  end if;
  execute format('alter table %s enable row level security, force row level security', walled);
  execute format('drop policy if exists tenant_scope on %s', walled);
  execute format('create policy tenant_scope on %s using (%s)', walled, condition);
  execute format('comment on policy tenant_scope on %s is %L', walled, condition);
end $$;
