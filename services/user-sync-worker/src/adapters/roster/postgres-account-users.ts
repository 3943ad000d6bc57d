import type pg from 'pg'
import type { AccountUsers } from '../../ports.ts'
import { inTransaction } from '../in-transaction.ts'
import { insertAuditEvent } from '../outbox/pending-audit-events.ts'
import { forget } from '../sync-runs/sync-run-fence.ts'

const COUNT = `
select count(*)::int as users, count(*) filter (where sso)::int as sso,
  count(*) filter (where exists (select from roster.binding b where b.user_id = u.id))::int as bound
from roster.phone_user u where tenant_id = $1 and account_id = $2`

// Extensions stay bound, for an account that is connected again (S49).
const SWITCH_OFF = `
update roster.phone_user set sso = false, version = version + 1, updated_at = now()
where tenant_id = $1 and account_id = $2 and sso`

const END_RUNS = `
update roster.sync_run set status = 'cancelled', finished_at = now(), lease_expires_at = null, lease_token = lease_token + 1, checkpoint = null,
  error_code = 'account-removed', error_message = 'The Microsoft 365 account was removed.', revision = revision + 1
where tenant_id = $1 and account_id = $2 and status in ('queued', 'running', 'awaiting-approval') returning id`

/** Rows that belong to a Microsoft account. */
export function postgresAccountUsers(pool: pg.Pool): AccountUsers {
  return {
    async count(tenantId, accountId) {
      const { rows } = await pool.query(COUNT, [tenantId, accountId])
      return rows[0]
    },
    async subscriptionOf(tenantId, accountId) {
      const text = 'select subscription_id from roster.subscription where tenant_id = $1 and account_id = $2'
      const { rows } = await pool.query<{ subscription_id: string | null }>(text, [tenantId, accountId])
      return rows[0]?.subscription_id ?? null
    },
    async disconnect(tenantId, accountId, entry) {
      const done = await inTransaction(pool, async (client) => {
        const counts = (await client.query(COUNT, [tenantId, accountId])).rows[0]
        for (const { id } of (await client.query<{ id: string }>(END_RUNS, [tenantId, accountId])).rows)
          await forget(client, id)
        const { rowCount } = await client.query(SWITCH_OFF, [tenantId, accountId])
        let wasFollowed = 0
        for (const table of ['subscription', 'account_sync', 'import_rules', 'directory_set_member']) {
          const removed = await client.query(`delete from roster.${table} where tenant_id = $1 and account_id = $2`, [
            tenantId,
            accountId,
          ])
          wasFollowed += removed.rowCount ?? 0
        }
        // A repeated disconnect is recorded once.
        if ((rowCount ?? 0) + wasFollowed > 0)
          await insertAuditEvent(client, { ...entry, details: { ...entry.details, ssoOff: String(rowCount) } })
        return counts
      })
      if (!done) throw new Error('The transaction answered nothing.')
      return done
    },
  }
}
