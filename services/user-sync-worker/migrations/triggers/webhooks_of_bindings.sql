-- Webhook events of bindings.
create or replace function roster.webhooks_of_bindings() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    perform roster.queue_webhook(old.tenant_id, old.user_id, 'binding.deleted',
      jsonb_build_object('userId', old.user_id, 'phoneSystemId', old.phone_system_id, 'extension', old.extension));
  else
    perform roster.queue_webhook(new.tenant_id, new.user_id, case tg_op when 'INSERT' then 'binding.created' else 'binding.changed' end,
      jsonb_build_object('userId', new.user_id, 'phoneSystemId', new.phone_system_id, 'extension', new.extension)
        || case tg_op when 'UPDATE' then jsonb_build_object('previousExtension', old.extension) else '{}' end);
  end if;
  return null;
end $$;

create or replace trigger webhooks_of_bindings after insert or delete or update on roster.binding
  for each row execute function roster.webhooks_of_bindings();
