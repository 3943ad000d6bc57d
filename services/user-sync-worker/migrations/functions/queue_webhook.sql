-- Puts an event into the outbox of every webhook endpoint of the tenant that wants its type.
create or replace function roster.queue_webhook(for_tenant uuid, about_user uuid, event_type text, data jsonb) returns void language sql as $$
  insert into roster.webhook_message (tenant_id, endpoint_id, user_id, payload)
  select for_tenant, e.id, about_user, jsonb_build_object('type', event_type,
    'timestamp', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'data', data)
  from roster.webhook_endpoint e
  where e.tenant_id = for_tenant and (e.event_types is null or event_type = any (e.event_types))
$$;
