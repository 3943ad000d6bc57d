-- Whether a row belongs to the connection's present work: `jackfield.tenant` holds one tenant, or '*' for work above
-- all tenants. Without it no row is visible.
create or replace function {{schema}}.in_scope(tenant_id uuid) returns boolean language sql stable as $$
  select coalesce(tenant_id::text = current_setting('jackfield.tenant', true), false)
    or coalesce(current_setting('jackfield.tenant', true) = '*', false)
$$;
