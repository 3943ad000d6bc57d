import type { RosterOfTenant } from '@jackfield/contract/internal/internal-api'
import { inTransaction } from '@jackfield/postgres/transaction'
import type pg from 'pg'
import type { AuditEntry } from '../../ports.ts'
import { insertAuditEvent } from '../outbox/pending-audit-events.ts'

const COUNT = `
select count(*)::int as users, count(*) filter (where sso)::int as sso,
  count(*) filter (where exists (select from roster.binding b where b.user_id = u.id))::int as bound,
  (select coalesce(json_agg(json_build_object('userId', s.id, 'displayName', s.display_name)), '[]') from
    (select id, display_name from roster.phone_user where tenant_id = $1 order by display_name, id limit 10) s) as sample,
  (select count(*)::int from roster.phone_system where tenant_id = $1) as "phoneSystems",
  (select count(*)::int from roster.webhook_endpoint where tenant_id = $1) as "webhookEndpoints"
from roster.phone_user u where tenant_id = $1`

// After the commit the trigger refuse_removed_tenant refuses every insert.
const WAIT_FOR_WRITERS = 'select pg_advisory_xact_lock(roster.lock_of_tenant($1))'
const SUBSCRIPTIONS = `select account_id as "accountId", subscription_id as "subscriptionId" from roster.subscription
where tenant_id = $1 and subscription_id is not null`

/** Referring tables first; webhook endpoints first of all, so that no event of the erasure is sent. Audit events stay. */
const ERASED = [
  'webhook_endpoint',
  'staged_change',
  'recent_removal',
  'sync_run_met',
  'sync_run_selection',
  'sync_run_skipped_user',
  'sync_run_set_member',
  'sync_run',
  'import_rules',
  'account_sync',
  'directory_set_member',
  'subscription',
  'binding',
  'released_binding',
  'binding_rules',
  'extension',
  'phone_system',
  'phone_user',
]

/** All that the roster knows of a tenant. */
export function postgresTenantData(pool: pg.Pool) {
  return {
    async isRemoved(tenantId: string): Promise<boolean> {
      return (await pool.query('select from roster.removed_tenant where tenant_id = $1', [tenantId])).rowCount === 1
    },
    async count(tenantId: string): Promise<RosterOfTenant> {
      return (await pool.query(COUNT, [tenantId])).rows[0]
    },
    /** For good: only audit events stay, and nothing can be added. Answers the tenant's subscriptions at Microsoft. */
    erase: (tenantId: string, entry: AuditEntry) =>
      inTransaction(pool, async (client) => {
        await client.query(WAIT_FOR_WRITERS, [tenantId])
        await client.query('insert into roster.removed_tenant (tenant_id) values ($1) on conflict do nothing', [
          tenantId,
        ])
        const { rows } = await client.query<{ accountId: string; subscriptionId: string }>(SUBSCRIPTIONS, [tenantId])
        let erased = 0
        for (const table of ERASED) {
          erased += (await client.query(`delete from roster.${table} where tenant_id = $1`, [tenantId])).rowCount ?? 0
        }
        // A repeated erasure is recorded once.
        if (erased > 0)
          await insertAuditEvent(client, { ...entry, details: { ...entry.details, rows: String(erased) } })
        return rows
      }),
  }
}
