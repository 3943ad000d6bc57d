import { inTransaction } from '@jackfield/postgres/transaction'
import type pg from 'pg'
import type { AuditEntry } from '../../ports.ts'
import { insertAuditEvents } from '../outbox/pending-audit-events.ts'

// The person is locked together with the binding, so that enabling them at the same moment either keeps the extension or
// waits. The trigger webhooks_of_bindings writes the webhooks. `= any(array[...])` looks each row up by its key: a plain join
// may be planned as a scan of the roster (FC-62).
const RELEASE = `
with due as (
  select b.tenant_id, b.user_id, b.phone_system_id, b.extension, u.status as reason
  from roster.phone_user u join roster.binding b on b.user_id = any(array[u.id])
  where (u.status = 'deleted' and u.status_since <= $1) or (u.status = 'disabled' and u.status_since <= $2)
  order by b.user_id, b.phone_system_id limit $3 for update skip locked
), remembered as (
  insert into roster.released_binding (tenant_id, user_id, phone_system_id, extension)
  select tenant_id, user_id, phone_system_id, extension from due
  on conflict (user_id, phone_system_id) do update set extension = excluded.extension, released_at = now()
), renewed as (
  update roster.phone_user u set version = version + 1, updated_at = now() where u.id = any(array(select user_id from due))
)
delete from roster.binding b using due d
where b.user_id = any(array(select user_id from due)) and b.user_id = d.user_id and b.phone_system_id = d.phone_system_id
returning d.tenant_id, d.user_id, d.phone_system_id, d.extension, d.reason`

// Of two former holders of one extension the first in order gets it back.
const GIVE_BACK = `
with back as (
  select r.tenant_id, r.user_id, r.phone_system_id, r.extension
  from roster.released_binding r join roster.phone_user u on u.id = any(array[r.user_id])
  where u.status = 'active' and u.sync
    and not exists (select from (select phone_system_id from roster.binding where user_id = r.user_id offset 0) b
      where b.phone_system_id = r.phone_system_id)
    and not exists (select from roster.binding b where b.phone_system_id = r.phone_system_id and b.extension = r.extension offset 0)
  order by r.user_id, r.phone_system_id limit $1 for update skip locked
), bound as (
  insert into roster.binding (tenant_id, user_id, phone_system_id, extension)
  select tenant_id, user_id, phone_system_id, extension from back on conflict do nothing
  returning tenant_id, user_id, phone_system_id, extension
), renewed as (
  update roster.phone_user u set version = version + 1, updated_at = now() where u.id = any(array(select user_id from bound))
), forgotten as (
  delete from roster.released_binding r using bound b
  where r.user_id = any(array(select user_id from bound)) and r.user_id = b.user_id and r.phone_system_id = b.phone_system_id
)
select tenant_id, user_id, phone_system_id, extension, 'returned' as reason from bound`

type Row = Record<'tenant_id' | 'user_id' | 'phone_system_id' | 'extension' | 'reason', string>

/** The extensions of people who left: held, released, given back. */
export function extensionHolds(pool: pg.Pool) {
  const change = (action: string, text: string, values: unknown[]): Promise<number> =>
    inTransaction(pool, async (client) => {
      const { rows } = await client.query<Row>(text, values)
      const entries = rows.map((row) => entryOf(action, row))
      await insertAuditEvents(client, entries)
      return rows.length
    })
  return {
    /**
     * Ends the bindings of people who were deleted, or disabled, before `since`; null: of none. Answers how many, at
     * most `limit`.
     */
    release: ({ deleted, disabled }: Record<'deleted' | 'disabled', Date | null>, limit: number) =>
      change('binding.release', RELEASE, [deleted, disabled, limit]),
    /** Binds people who came back, where the extension is free. Answers how many, at most `limit`. */
    giveBack: (limit: number) => change('binding.restore', GIVE_BACK, [limit]),
  }
}

function entryOf(
  action: string,
  { tenant_id: tenantId, user_id: target, phone_system_id: phoneSystemId, extension, reason }: Row,
): AuditEntry {
  return {
    tenantId,
    actor: 'user-sync-worker',
    action,
    outcome: 'success',
    target,
    details: { phoneSystemId, extension, reason },
  }
}
