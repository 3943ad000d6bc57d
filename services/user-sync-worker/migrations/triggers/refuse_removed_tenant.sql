-- Nothing is added to a tenant that was removed, whatever was under way (T-92). The error is one that callers retry, so that a write that
-- waited for the removal ends as if it had come after it.
create or replace function roster.refuse_removed_tenant() returns trigger language plpgsql as $$
declare
  tenants uuid[] := array(select distinct a.tenant_id from added a);
begin
  perform pg_advisory_xact_lock_shared(roster.lock_of_tenant(t)) from unnest(tenants) t;
  if exists (select from roster.removed_tenant r where r.tenant_id = any (tenants)) then
    raise exception 'the tenant was removed' using errcode = '40001';
  end if;
  return null;
end $$;

-- Every table with a tenant, except the mark of the removal itself and the audit events that outlive the tenant.
do $$
declare
  guarded regclass;
begin
  for guarded in
    select c.oid from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
    where c.relnamespace = 'roster'::regnamespace and c.relkind = 'r' and c.relname not in ('removed_tenant', 'pending_audit_event')
  loop
    execute format('create or replace trigger refuse_removed_tenant after insert on %s referencing new table as added
      for each statement execute function roster.refuse_removed_tenant()', guarded);
  end loop;
end $$;
