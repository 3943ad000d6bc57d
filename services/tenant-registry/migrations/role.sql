-- The service works under this role; the one that migrates owns the tables. Applied by every `migrate`: a restored database has the tables
-- and their grants, but roles and memberships belong to the cluster (FC-64).
do $$ begin
  if not exists (select from pg_roles where rolname = 'jackfield_registry') then
    create role jackfield_registry nologin;
  end if;
exception when duplicate_object or unique_violation then null;
end $$;

-- Since Postgres 16 the creator of a role may not switch to it by itself.
do $$ begin
  if not pg_has_role(current_user, 'jackfield_registry', case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end) then
    execute format('grant jackfield_registry to %I', current_user);
  end if;
end $$;

grant usage on schema registry to jackfield_registry;
grant select, insert, update, delete on all tables in schema registry to jackfield_registry;

-- What happened is only ever added to.
revoke update, delete on registry.audit_event from jackfield_registry;
