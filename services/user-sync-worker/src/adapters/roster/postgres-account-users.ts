import type { RosterOfAccount } from '@jackfield/contract/internal/internal-api'
import { inTransaction } from '@jackfield/postgres/transaction'
import type pg from 'pg'
import type { AuditEntry } from '../../ports.ts'
import { insertAuditEvent } from '../outbox/pending-audit-events.ts'
import { forget } from '../sync-runs/sync-run-fence.ts'

const COUNT = `
select count(*)::int as users, count(*) filter (where sso)::int as sso,
  count(*) filter (where exists (select from roster.binding b where b.user_id = u.id))::int as bound,
  (select coalesce(json_agg(json_build_object('userId', s.id, 'displayName', s.display_name)), '[]') from
    (select id, display_name from roster.phone_user where tenant_id = $1 and account_id = $2 order by display_name, id limit 10) s) as sample
from roster.phone_user u where tenant_id = $1 and account_id = $2`

// Extensions stay bound, for an account that is connected again (S49).
const SWITCH_OFF = `
update roster.phone_user set sso = false, version = version + 1, updated_at = now()
where tenant_id = $1 and account_id = $2 and sso`

// The trigger `end_sessions` sets the moment.
const END_SESSIONS = `
update roster.phone_user set sessions_valid_after = now(), version = version + 1, updated_at = now()
where tenant_id = $1 and account_id = $2`

const END_RUNS = `
update roster.sync_run set status = 'cancelled', finished_at = now(), lease_expires_at = null, lease_token = lease_token + 1, checkpoint = null,
  error_code = 'account-removed', error_message = 'The Microsoft 365 account was removed.', revision = revision + 1
where tenant_id = $1 and account_id = $2 and status in ('queued', 'running', 'awaiting-approval') returning id`

/** What hangs on a Microsoft account here. */
export function postgresAccountUsers(pool: pg.Pool) {
  return {
    async count(tenantId: string, accountId: string): Promise<RosterOfAccount> {
      return (await pool.query(COUNT, [tenantId, accountId])).rows[0]
    },
    async subscriptionOf(tenantId: string, accountId: string): Promise<string | null> {
      const text = 'select subscription_id from roster.subscription where tenant_id = $1 and account_id = $2'
      const { rows } = await pool.query<{ subscription_id: string | null }>(text, [tenantId, accountId])
      return rows[0]?.subscription_id ?? null
    },
    /** Ends the sessions of everybody imported through the account. Answers what hangs on it. */
    endSessions: (tenantId: string, accountId: string, entry: AuditEntry): Promise<RosterOfAccount> =>
      inTransaction(pool, async (client) => {
        const counts = (await client.query(COUNT, [tenantId, accountId])).rows[0]
        await client.query(END_SESSIONS, [tenantId, accountId])
        await insertAuditEvent(client, { ...entry, details: { ...entry.details, users: String(counts.users) } })
        return counts
      }),
    /** Ends all work for the account and everybody's SSO; users and extensions stay (S49). Answers what hung on it. */
    disconnect: (tenantId: string, accountId: string, entry: AuditEntry): Promise<RosterOfAccount> =>
      inTransaction(pool, async (client) => {
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
      }),
  }
}
