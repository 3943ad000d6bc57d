-- Key of the advisory lock that orders writes of a tenant against its removal.
create or replace function roster.lock_of_tenant(tenant_id uuid) returns bigint language sql immutable as $$
  select hashtextextended('roster.tenant:' || tenant_id::text, 0)
$$;
