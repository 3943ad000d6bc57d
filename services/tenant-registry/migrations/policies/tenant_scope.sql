-- Row-level security: a query that forgets its tenant finds nothing (T-90). Every table with a tenant gets the wall, one that is added later too.
do $$
declare
  walled record;
begin
  for walled in
    select c.oid::regclass as name, a.attname as tenant_column
    from pg_class c join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
    where c.relnamespace = 'registry'::regnamespace and c.relkind = 'r'
      and a.attname = case c.relname when 'tenant' then 'id' else 'tenant_id' end
  loop
    execute format('alter table %s enable row level security, force row level security', walled.name);
    execute format('drop policy if exists tenant_scope on %s', walled.name);
    execute format('create policy tenant_scope on %s using (registry.in_scope(%I))', walled.name, walled.tenant_column);
  end loop;
end $$;

-- A credential is visible where its account is: the inner query is confined itself.
alter table registry.microsoft_credential enable row level security, force row level security;
drop policy if exists tenant_scope on registry.microsoft_credential;
create policy tenant_scope on registry.microsoft_credential
  using (exists (select from registry.microsoft_account a where a.id = account_id));

alter table registry.previous_credential enable row level security, force row level security;
drop policy if exists tenant_scope on registry.previous_credential;
create policy tenant_scope on registry.previous_credential
  using (exists (select from registry.microsoft_account a where a.id = account_id));
