import type { AuditEntry } from '@jackfield/contract/access/audit-event'
import { type Database, eq, inArray, sql } from '@jackfield/postgres/drizzle'
import { EVERY_TENANT, inScope } from '@jackfield/postgres/tenant-scope'
import { EXPIRY_THRESHOLDS } from '../../domain/account-warnings.ts'
import { insertAuditEvent } from '../postgres-audit.ts'
import {
  microsoftAccount as account,
  microsoftCredential as credential,
  expiryNotice,
  previousCredential as previous,
} from '../schema.ts'
import { accountOf } from './account-row.ts'

type Due = { tenantId: string; accountId: string }
type Expiring = Due & { credentialId: string; alias: string; type: string; expiresAt: Date; days: number }
const WIDEST = EXPIRY_THRESHOLDS[0]

const isDue = (now: Date) =>
  sql`next_check_at <= ${now.toISOString()}::timestamptz and status in ('ready', 'failing') and first_ready_at is not null`

/** What is due for all tenants: each item goes to one replica. */
export function postgresAccountWatch(db: Database) {
  return {
    /** The accounts of these tenants. */
    ofTenants: (tenantIds: readonly string[]) =>
      inScope(db, EVERY_TENANT, async (tx) => {
        const rows = await tx
          .select({ row: account, credential, previous })
          .from(account)
          .leftJoin(credential, eq(credential.accountId, account.id))
          .leftJoin(previous, eq(previous.accountId, account.id))
          .where(inArray(account.tenantId, [...tenantIds]))
        return rows.map((found) => accountOf(found.row, found.credential, found.previous))
      }),
    /** Enabled accounts whose check is due, longest first; of a tenant at most `limitOfTenant`. */
    listDue: (now: Date, limitOfTenant: number) =>
      inScope(db, EVERY_TENANT, async (tx) => {
        const { rows } = await tx.execute<{ id: string; tenant: string }>(sql`
          select id, tenant_id as tenant from (
            select id, tenant_id, next_check_at, row_number() over (partition by tenant_id order by next_check_at) as place
            from registry.microsoft_account where ${isDue(now)}) due
          where place <= ${limitOfTenant} order by next_check_at limit 1000`)
        return rows
      }),
    /** Those of `ids` that no other replica claimed; their next check is `everySeconds` later. */
    claimDue: (now: Date, everySeconds: number, ids: readonly string[]) =>
      inScope(db, EVERY_TENANT, async (tx) => {
        const { rows } = await tx.execute<Due>(sql`
          update registry.microsoft_account set next_check_at = ${now.toISOString()}::timestamptz + ${everySeconds} * interval '1 second'
          where id in (
            select id from registry.microsoft_account where id = any(${sql.param([...ids])}::uuid[]) and ${isDue(now)}
            for update skip locked)
          returning tenant_id as "tenantId", id as "accountId"`)
        return rows
      }),
    /** Credentials that expire within the widest threshold, or expired without an announcement. */
    expiring: (now: Date) =>
      inScope(db, EVERY_TENANT, async (tx) => {
        // Those whose present threshold was announced are left out here already.
        const { rows } = await tx.execute<Expiring>(sql`
          select a.tenant_id as "tenantId", a.id as "accountId", c.id as "credentialId", a.alias, c.type, c.expires_at as "expiresAt"
          from registry.microsoft_account a join registry.microsoft_credential c on c.account_id = a.id
          where a.status <> 'disabled' and c.expires_at <= ${now.toISOString()}::timestamptz + ${WIDEST} * interval '1 day'
            and not exists (select from registry.expiry_notice n where n.credential_id = c.id and n.threshold = 0)`)
        return rows.map((row) => ({ ...row, expiresAt: new Date(row.expiresAt).toISOString() }))
      }),
    /** False, without an event, when the threshold was announced before. */
    announce: (
      { tenantId, credentialId, threshold }: { tenantId: string; credentialId: string; threshold: number },
      entry: AuditEntry,
    ) =>
      inScope(db, tenantId, async (tx) => {
        const { rowCount } = await tx
          .insert(expiryNotice)
          .values({ tenantId, credentialId, threshold })
          .onConflictDoNothing()
        if (rowCount !== 1) return false
        await insertAuditEvent(tx, entry)
        return true
      }),
    counts: (now: Date) =>
      inScope(db, EVERY_TENANT, async (tx) => {
        const statuses = await tx.execute<{ status: string; count: number }>(
          sql`select case when status = 'ready' and sync_failure is not null then 'failing' else status end as status, count(*)::int as count
            from registry.microsoft_account group by 1`,
        )
        const expiring = await tx.execute<{ threshold: number; count: number }>(sql`
          select t as threshold, count(c.account_id)::int as count from unnest(${sql.raw(`array[${[...EXPIRY_THRESHOLDS, 0].join(',')}]`)}) as t
          left join (registry.microsoft_credential c join registry.microsoft_account a on a.id = c.account_id and a.status <> 'disabled')
            on c.expires_at <= ${now.toISOString()}::timestamptz + t * interval '1 day'
          group by t`)
        return { statuses: statuses.rows, expiring: expiring.rows }
      }),
  }
}
