-- The service works under this role; the role that migrates owns the tables. Applied by every `migrate`: a restored
-- database has the tables and their grants, but roles and memberships belong to the cluster (FC-64).
do $$ begin
  if not exists (select from pg_roles where rolname = '{{role}}') then
    create role {{role}} nologin;
  end if;
exception when duplicate_object or unique_violation then null;
end $$;

-- Since Postgres 16 the creator of a role may not switch to it by itself.
do $$ begin
  if not pg_has_role(current_user, '{{role}}', case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end) then
    execute format('grant {{role}} to %I', current_user);
  end if;
end $$;

grant usage on schema {{schema}} to {{role}};
grant select, insert, update, delete on all tables in schema {{schema}} to {{role}};
