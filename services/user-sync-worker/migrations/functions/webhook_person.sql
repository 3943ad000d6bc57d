-- A person as webhook events tell them.
create or replace function roster.webhook_person(u roster.phone_user) returns jsonb language sql stable as $$
  select roster.person_attributes(u) || jsonb_build_object('id', u.id, 'tenantId', u.tenant_id, 'directoryId', u.directory_id,
    'objectId', u.object_id, 'status', u.status, 'sync', u.sync, 'sso', u.sso)
$$;
