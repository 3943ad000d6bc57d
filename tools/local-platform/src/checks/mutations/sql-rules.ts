/** `fault` is what replacing `from`, which the file holds exactly once, by `to` leads to. */
export type BrokenRule = readonly [fault: string, from: string, to: string]
/** `file` is named from the root; `tests` are those of its workspace of which one must fail. */
export type SqlRules = { file: string; tests: readonly string[]; broken: readonly BrokenRule[] }

const ROSTER = 'services/user-sync-worker/migrations'
const REGISTRY = 'services/tenant-registry/migrations'
/** Of every service with tenants. */
const SHARED = 'libs/postgres/sql'

/**
 * Not broken, because only time or a second run would tell: `order by u.id` (one lock order), `set jit = off`, the early
 * return for a tenant without endpoints, `create or replace`, `drop policy if exists`.
 */
export const SQL_RULES: readonly SqlRules[] = [
  {
    file: `${SHARED}/functions/in_scope.sql`,
    tests: ['schema-objects'],
    broken: [
      [
        'work for a tenant sees the rows of others',
        `tenant_id::text = current_setting('jackfield.tenant', true)`,
        'true',
      ],
      ['work above all tenants sees nothing', `= '*', false`, `= '?', false`],
      ['work without a scope sees everything', `= '*', false`, `= '*', true`],
    ],
  },
  {
    file: `${SHARED}/functions/confine.sql`,
    tests: ['schema-objects'],
    broken: [
      ['row-level security is off', `alter table %s enable`, `alter table %s disable`],
      ['the owner passes it', 'security, force row', 'security, no force row'],
      ['every row is visible', 'using (%s)', 'using (true or %s)'],
      ['a table that has it is locked again', '    return;', '    null;'],
      ['one that was switched off stays off', 'c.relrowsecurity and c.relforcerowsecurity', 'c.relrowsecurity'],
    ],
  },
  {
    file: `${SHARED}/policies/tenant_scope.sql`,
    tests: ['schema-objects'],
    broken: [
      ['a table is forgotten', `c.relkind = 'r'`, `c.relkind = 'r' and c.relname <> 'thing'`],
      [
        'the tenants themselves are forgotten',
        `case c.relname when 'tenant' then 'id' else 'tenant_id' end`,
        `'tenant_id'`,
      ],
    ],
  },
  {
    file: `${ROSTER}/functions/lock_of_tenant.sql`,
    tests: ['erase-tenant'],
    broken: [['a removal does not wait for writes under way', 'tenant_id::text', 'random()::text']],
  },
  {
    file: `${ROSTER}/functions/person_attributes.sql`,
    tests: ['person-attributes'],
    broken: [['only a name is told', '({{person_attributes}})', `('displayName', u.display_name)`]],
  },
  {
    file: `${ROSTER}/functions/queue_webhook.sql`,
    tests: ['roster-triggers', 'webhooks'],
    broken: [
      ['endpoints of other tenants are told', 'e.tenant_id = for_tenant and', ''],
      ['an endpoint that names no types is told nothing', 'e.event_types is null or', 'e.event_types is not null and'],
      ['an endpoint is told types that it does not name', 'event_type = any (e.event_types)', 'true'],
      [
        'events of one person overtake each other',
        'select for_tenant, e.id, about_user,',
        'select for_tenant, e.id, null,',
      ],
      ['an event has no type', `'type', event_type`, `'kind', event_type`],
      ['the time of an event is not in UTC', `now() at time zone 'UTC'`, `now() at time zone 'Asia/Tokyo'`],
      ['an event has no data', `'data', data)`, `'data', null)`],
    ],
  },
  {
    file: `${ROSTER}/functions/webhook_person.sql`,
    tests: ['roster-triggers', 'person-attributes'],
    broken: [
      ['attributes are not told', `roster.person_attributes(u) ||`, ''],
      ['the id is not told', `'id', u.id, `, ''],
      ['the tenant is not told', `'tenantId', u.tenant_id, `, ''],
      ['the directory is not told', `'directoryId', u.directory_id,`, ''],
      ['the object id is not told', `'objectId', u.object_id, `, ''],
      ['the status is not told', `'status', u.status, `, ''],
      ['the sync tick is not told', `'sync', u.sync, `, ''],
      ['the SSO tick is not told', `, 'sso', u.sso`, ''],
    ],
  },
  {
    file: `${ROSTER}/triggers/end_sessions.sql`,
    tests: ['roster-triggers', 'end-of-sessions'],
    broken: [
      ['a person who is no longer active keeps sessions', `(old.status = 'active' and new.status <> 'active') or `, ''],
      ['a deleted person keeps sessions', `new.status <> 'active'`, `new.status = 'disabled'`],
      ['a disabled person keeps sessions', `new.status <> 'active'`, `new.status = 'deleted'`],
      ['a second end moves the moment of the first', `old.status = 'active' and `, ''],
      ['a person who loses SSO keeps sessions', ' or (old.sso and not new.sso)', ''],
      ['a person without SSO loses sessions again and again', 'old.sso and not new.sso', 'not new.sso'],
      ['a person with SSO loses sessions with every change', 'old.sso and not new.sso', 'old.sso'],
      [
        'a statement cannot end sessions alone',
        'old.sessions_valid_after is distinct from new.sessions_valid_after',
        'false',
      ],
      ['whoever signs in while the row is locked stays', 'clock_timestamp() +', 'now() +'],
      ['rounding may lead to before the login', ` + interval '1 millisecond'`, ''],
    ],
  },
  {
    file: `${ROSTER}/triggers/keep_status_since.sql`,
    tests: ['roster-triggers'],
    broken: [
      ['the moment of a status stays', 'new.status_since := now();', 'null;'],
      ['any change moves it', 'when (old.status is distinct from new.status) ', ''],
    ],
  },
  {
    file: `${ROSTER}/triggers/note_revocations.sql`,
    tests: ['roster-triggers', 'revocations', 'plans-of-new-tenants'],
    broken: [
      ['pages are compared row by row', 'set enable_nestloop = off set jit', 'set jit'],
      ['no end is queued', 'is distinct from o.sessions_valid_after', 'is null'],
      ['every change is queued', 'u.sessions_valid_after is distinct from o.sessions_valid_after and ', ''],
      [
        'a later end is not queued',
        'do update set valid_after = excluded.valid_after, not_before = now()',
        'do nothing',
      ],
      ['a later end waits as long as the first', ', not_before = now()', ''],
      ['the moment of a later end is lost', 'valid_after = excluded.valid_after, ', ''],
    ],
  },
  {
    file: `${ROSTER}/triggers/refuse_removed_tenant.sql`,
    tests: ['erase-tenant'],
    broken: [
      ['a removed tenant is written to', `raise exception 'the tenant was removed' using errcode = '40001';`, 'null;'],
      ['writers do not retry', `errcode = '40001'`, `errcode = 'P0001'`],
      ['the removal does not wait for writes', 'perform pg_advisory', 'perform 1; -- pg_advisory'],
      ['the mark of a removal is refused', `not in ('removed_tenant', `, `not in (`],
      ['audit events of a removal are refused', `'removed_tenant', 'pending_audit_event'`, `'removed_tenant'`],
      [
        'a table is forgotten',
        `'removed_tenant', 'pending_audit_event'`,
        `'removed_tenant', 'pending_audit_event', 'extension'`,
      ],
    ],
  },
  {
    file: `${ROSTER}/triggers/webhooks_of_bindings.sql`,
    tests: ['roster-triggers', 'webhooks'],
    broken: [
      ['an unbinding is not told', `'binding.deleted'`, `'binding.changed'`],
      ['a binding is told as a change', `then 'binding.created'`, `then 'binding.changed'`],
      ['a move is told as a binding', `else 'binding.changed'`, `else 'binding.created'`],
      ['the freed extension is not told', `'extension', old.extension));`, `'extension', null));`],
      ['the new extension is not told', `'extension', new.extension)`, `'extension', null)`],
      [
        'the previous extension is not told',
        `'previousExtension', old.extension`,
        `'previousExtension', new.extension`,
      ],
      ['an unbinding is not told at all', 'after insert or delete or update', 'after insert or update'],
      ['a move is not told at all', 'after insert or delete or update', 'after insert or delete'],
      ['a binding is not told at all', 'after insert or delete or update', 'after delete or update'],
    ],
  },
  {
    file: `${ROSTER}/triggers/webhooks_of_users.sql`,
    tests: ['roster-triggers', 'webhooks', 'person-attributes', 'plans-of-new-tenants'],
    broken: [
      ['pages are compared row by row', 'set enable_nestloop = off set jit', 'set jit'],
      ['a new person is not told', `'user.created'`, `'user.updated'`],
      [
        'a return is told as a status',
        `case u.status when 'active' then 'user.enabled' else 'user.' || u.status end`,
        `'user.' || u.status`,
      ],
      ['a status is told without having changed', 'when o.status <> u.status then', 'when true then'],
      ['a status is not told', 'when o.status <> u.status then', 'when false then'],
      [
        'a change of status is told as a change of attributes too',
        `before.person - 'status' is distinct from`,
        'before.person is distinct from',
      ],
      [
        'every write is told as a change',
        `when before.person - 'status' is distinct from after.person - 'status'`,
        'when true',
      ],
      [
        'the end of sessions is not told',
        'when o.sessions_valid_after is distinct from u.sessions_valid_after',
        'when false',
      ],
      [
        'every change is told as an end of sessions',
        'when o.sessions_valid_after is distinct from u.sessions_valid_after',
        'when true',
      ],
      ['what happened is told in another order', 'order by u.id, event.place', 'order by u.id, event.place desc'],
    ],
  },
  {
    file: `${REGISTRY}/policies/credential_scope.sql`,
    tests: ['row-level-security'],
    broken: [
      [
        'every credential is visible',
        'exists (select from registry.microsoft_account a where a.id = account_id)',
        'true',
      ],
      ['the credential is forgotten', `'registry.microsoft_credential', `, ''],
      ['the previous credential is forgotten', `, 'registry.previous_credential'`, ''],
    ],
  },
  {
    file: `${REGISTRY}/role.sql`,
    tests: ['row-level-security'],
    broken: [
      ['audit events can be changed', 'revoke update, delete', 'revoke delete'],
      ['audit events can be removed', 'revoke update, delete', 'revoke update'],
    ],
  },
]
