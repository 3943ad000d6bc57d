-- The attributes of a person, as the API names them. {{person_attributes}} is filled in from src/domain/person-attributes.ts.
create or replace function roster.person_attributes(u roster.phone_user) returns jsonb language sql stable as $$
  select jsonb_build_object({{person_attributes}})
$$;
