-- The sessions of a person end when the person is no longer active or loses SSO (S45), whichever statement does it, or when a statement
-- sets `sessions_valid_after`, to any time.
-- `clock_timestamp()` is read after the row lock: `now()` is the start of a transaction that may have waited for the lock while somebody
-- signed in (T-138). One millisecond is added because the column rounds to milliseconds and could otherwise lie before such a login.
-- The gateway rounds the time of a login down to its second, so that no login from before is newer.
create or replace function roster.end_sessions() returns trigger language plpgsql as $$
begin
  new.sessions_valid_after := clock_timestamp() + interval '1 millisecond';
  return new;
end $$;

create or replace trigger end_sessions before update on roster.phone_user
  for each row when ((old.status = 'active' and new.status <> 'active') or (old.sso and not new.sso)
    or old.sessions_valid_after is distinct from new.sessions_valid_after)
  execute function roster.end_sessions();
