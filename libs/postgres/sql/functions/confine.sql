-- Confines a table to the rows that meet `condition`, by row-level security that binds its owner too. The comment of its
-- policy has the condition as given and as Postgres shows it, and the version of this function: a table whose policy is
-- still that one is not locked.
create or replace function {{schema}}.confine(walled regclass, condition text) returns void language plpgsql as $$
declare
  version text := (select md5(prosrc) from pg_proc where oid = '{{schema}}.confine(regclass, text)'::regprocedure);
  shown text;
begin
  if exists (
    select from pg_class c join pg_policy p on p.polrelid = c.oid
    where c.oid = walled and c.relrowsecurity and c.relforcerowsecurity and p.polname = 'tenant_scope'
      and obj_description(p.oid, 'pg_policy') = concat_ws(' ', condition, 'as', pg_get_expr(p.polqual, walled), 'by', version)
  ) then
    return;
  end if;
  execute format('alter table %s enable row level security, force row level security', walled);
  execute format('drop policy if exists tenant_scope on %s', walled);
  execute format('create policy tenant_scope on %s using (%s)', walled, condition);
  select pg_get_expr(polqual, walled) into shown from pg_policy where polrelid = walled and polname = 'tenant_scope';
  execute format('comment on policy tenant_scope on %s is %L', walled, concat_ws(' ', condition, 'as', shown, 'by', version));
end $$;
