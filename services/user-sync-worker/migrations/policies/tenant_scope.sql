-- Row-level security: a query that forgets its tenant finds nothing (T-90). Every table with a tenant gets the wall, one that is added later too.
do $$
declare
  walled regclass;
begin
  for walled in
    select c.oid from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
    where c.relnamespace = 'roster'::regnamespace and c.relkind = 'r'
  loop
    execute format('alter table %s enable row level security, force row level security', walled);
    execute format('drop policy if exists tenant_scope on %s', walled);
    execute format('create policy tenant_scope on %s using (roster.in_scope(tenant_id))', walled);
  end loop;
end $$;
