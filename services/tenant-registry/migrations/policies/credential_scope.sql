-- A credential is visible where its account is: the inner query is confined itself.
select registry.confine(walled, 'exists (select from registry.microsoft_account a where a.id = account_id)')
from unnest(array['registry.microsoft_credential', 'registry.previous_credential']::regclass[]) walled;
