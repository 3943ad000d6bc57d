-- A row whose attributes change without a new digest loses the old one: the next comparison reads it whole.
create or replace function roster.drop_stale_digest() returns trigger language plpgsql as $$
begin
  if roster.person_attributes(old) is distinct from roster.person_attributes(new) then new.content_digest := null; end if;
  return new;
end $$;

create or replace trigger drop_stale_digest before update on roster.phone_user
  for each row when (old.content_digest = new.content_digest) execute function roster.drop_stale_digest();
