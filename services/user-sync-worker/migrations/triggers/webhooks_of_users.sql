-- Webhook events of people, found once per statement: row by row they took half of an import's time in a tenant without endpoints.
create or replace function roster.webhooks_of_new_users() returns trigger language plpgsql as $$
declare
  tenants uuid[] := array(select distinct a.tenant_id from added a);
begin
  if not exists (select from roster.webhook_endpoint e where e.tenant_id = any (tenants)) then return null; end if;
  perform roster.queue_webhook(u.tenant_id, u.id, 'user.created', roster.webhook_person(row(u.*)::roster.phone_user)) from added u;
  return null;
end $$;

-- As in note_revocations: a page is never compared with itself row by row (FC-62).
create or replace function roster.webhooks_of_changed_users() returns trigger language plpgsql
  set enable_nestloop = off set jit = off as $$
declare
  tenants uuid[] := array(select distinct a.tenant_id from added a);
begin
  if not exists (select from roster.webhook_endpoint e where e.tenant_id = any (tenants)) then return null; end if;
  perform roster.queue_webhook(told.tenant_id, told.id, told.type, told.person) from (
    select u.tenant_id, u.id, event.type, after.person
    from replaced o join added u on u.id = o.id
    cross join lateral (select roster.webhook_person(row(o.*)::roster.phone_user) as person offset 0) before
    cross join lateral (select roster.webhook_person(row(u.*)::roster.phone_user) as person offset 0) after
    cross join lateral (values
      (1, case when o.status <> u.status then case u.status when 'active' then 'user.enabled' else 'user.' || u.status end end),
      (2, case when before.person - 'status' is distinct from after.person - 'status' then 'user.updated' end),
      (3, case when o.sessions_valid_after is distinct from u.sessions_valid_after then 'user.sessions-revoked' end)
    ) as event (place, type)
    where event.type is not null order by u.id, event.place) told;
  return null;
end $$;

create or replace trigger webhooks_of_new_users after insert on roster.phone_user referencing new table as added
  for each statement execute function roster.webhooks_of_new_users();

create or replace trigger webhooks_of_changed_users after update on roster.phone_user referencing old table as replaced new table as added
  for each statement execute function roster.webhooks_of_changed_users();
