-- `status_since` is when the status changed last.
create or replace function roster.keep_status_since() returns trigger language plpgsql as $$
begin
  new.status_since := now();
  return new;
end $$;

create or replace trigger keep_status_since before update on roster.phone_user
  for each row when (old.status is distinct from new.status) execute function roster.keep_status_since();
