-- A row that changes without a new digest loses its old one: the next comparison reads it whole.
create or replace function roster.drop_stale_digest() returns trigger language plpgsql as $$
begin
  new.content_digest := null;
  return new;
end $$;

create or replace trigger drop_stale_digest before update on roster.phone_user
  for each row when (old.content_digest = new.content_digest and (
    old.display_name, old.given_name, old.surname, old.user_principal_name, old.mail, old.business_phones, old.mobile_phone, old.job_title,
    old.department, old.employee_id, old.user_type
  ) is distinct from (
    new.display_name, new.given_name, new.surname, new.user_principal_name, new.mail, new.business_phones, new.mobile_phone, new.job_title,
    new.department, new.employee_id, new.user_type
  )) execute function roster.drop_stale_digest();
