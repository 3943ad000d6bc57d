-- A person as webhook events tell them.
create or replace function roster.told_person(u roster.phone_user) returns jsonb language sql stable as $$
  select jsonb_build_object('id', u.id, 'tenantId', u.tenant_id, 'directoryId', u.directory_id, 'objectId', u.object_id,
    'displayName', u.display_name, 'givenName', u.given_name, 'surname', u.surname, 'userPrincipalName', u.user_principal_name,
    'mail', u.mail, 'businessPhones', u.business_phones, 'mobilePhone', u.mobile_phone, 'jobTitle', u.job_title,
    'department', u.department, 'status', u.status, 'sync', u.sync, 'sso', u.sso)
$$;
