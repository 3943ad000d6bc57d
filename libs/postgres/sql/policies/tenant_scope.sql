-- A query that forgets its tenant finds nothing (T-90): confines every table with a tenant, also one that is added
-- later.
select {{schema}}.confine(c.oid::regclass, format('{{schema}}.in_scope(%I)', a.attname))
from pg_class c join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
where c.relnamespace = '{{schema}}'::regnamespace and c.relkind = 'r'
  and a.attname = case c.relname when 'tenant' then 'id' else 'tenant_id' end;
