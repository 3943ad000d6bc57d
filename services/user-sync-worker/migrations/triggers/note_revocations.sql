-- Queues people whose sessions ended for the gateway, which tells their apps.
-- `enable_nestloop`: a plan is kept for a connection's next statements, so one made for a change of one person compared a page of a
-- thousand with itself, row by row (FC-62). `jit`: the price put on such loops must not have the plan compiled.
create or replace function roster.note_revocations() returns trigger language plpgsql
  set enable_nestloop = off set jit = off as $$
begin
  insert into roster.revocation (tenant_id, user_id, valid_after)
  select u.tenant_id, u.id, u.sessions_valid_after from replaced o join added u on u.id = o.id
  where u.sessions_valid_after is distinct from o.sessions_valid_after and u.sessions_valid_after is not null
  order by u.id
  on conflict (tenant_id, user_id) do update set valid_after = excluded.valid_after, not_before = now();
  return null;
end $$;

create or replace trigger note_revocations after update on roster.phone_user referencing old table as replaced new table as added
  for each statement execute function roster.note_revocations();
