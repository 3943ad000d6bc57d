import type { SyncRunJob } from '@jackfield/contract/internal/queues'
import { ImportRules } from '@jackfield/contract/microsoft/import-rule'
import type { RunWait, SyncRun } from '@jackfield/contract/microsoft/sync-run'
import { inTransaction } from '@jackfield/postgres/transaction'
import type pg from 'pg'
import type { RunSlots } from '../../domain/fair-share.ts'
import type { DueRun, Lease } from '../../sync-run-ports.ts'
import { DUE, DUE_COLUMNS, type DueRow, LEASE_END, toDue } from './sync-run-fence.ts'

// The token of a lease rises with every take, and every write of a slice states its token, so that a late worker writes
// nothing (QC-04).
const HELD = `id = $1 and lease_token = $2 and status = 'running'`

const LOCK_SLOTS = `select pg_advisory_xact_lock(hashtextextended('slots for runs of ' || $1::text, 0))`
const HAS_SLOT = `(select count(*) from roster.sync_run other
  where other.tenant_id = r.tenant_id and other.id <> r.id and other.status = 'running' and other.lease_expires_at >= now()
    and (other.kind = 'delta') = (r.kind = 'delta')) < case when r.kind = 'delta' then $3::int else $4::int end`

// A run follows one set of rules to its end; whoever changes them wishes for another (T-127).
const TAKE = `
update roster.sync_run r set status = 'running', lease_token = lease_token + 1, lease_expires_at = ${LEASE_END}, not_before = null,
  started_at = coalesce(started_at, now()), progressed_at = coalesce(progressed_at, now()), fruitless = fruitless + 1, revision = revision + 1,
  rules = case when r.checkpoint is null and not (r.preview and r.rules is not null)
    then (select i.rules from roster.import_rules i where i.account_id = r.account_id) else r.rules end,
  full_wishes = case when r.checkpoint is null
    then (select s.full_wishes from roster.account_sync s where s.account_id = r.account_id) else r.full_wishes end
where r.id = $1 and r.tenant_id = $2 and ${DUE} and ${HAS_SLOT}
returning *, (select s.delta_link from roster.account_sync s
    where s.account_id = r.account_id and s.directory_id = r.directory_id) as account_link,
  exists (select from roster.sync_run w where w.tenant_id = r.tenant_id and w.directory_id = r.directory_id
    and w.status = 'awaiting-approval') as has_waiting,
  (select i.sets_read from roster.import_rules i where i.account_id = r.account_id) as sets_read`

const RELEASE = `
update roster.sync_run set lease_expires_at = null, enqueued_at = now(), waiting_for = $4,
  revision = revision + case when $4::text is null then 0 else 1 end,
  not_before = case when $3::float8 > 0 then now() + $3::float8 * interval '1 second' end
where ${HELD} returning ${DUE_COLUMNS}`

type LeaseRow = Record<'id' | 'tenant_id' | 'account_id' | 'directory_id' | 'requested_by' | 'lease_token', string> &
  Record<'delta_link' | 'account_link', string | null> &
  Record<'all_sync' | 'all_sso', boolean | null> &
  Pick<Lease, 'kind' | 'preview' | 'filter' | 'checkpoint' | 'total' | 'seen' | 'restarts' | 'fruitless'> & {
    rules: unknown
    full_wishes: number | null
    sets_read: string[] | null
    warnings: SyncRun['warnings']
    created_at: Date
    approved_at: Date | null
    has_waiting: boolean
  }

/** The right to work on a run. A tenant has at most its slots of all workers (T-130). */
export function runLeases(pool: pg.Pool, { deltas, listings }: RunSlots) {
  return {
    /**
     * Undefined when the run is over, not due, held by another worker, behind another run of its account, or when the
     * slots of its tenant are taken.
     */
    async take({ tenantId, runId }: SyncRunJob): Promise<Lease | undefined> {
      try {
        return await inTransaction(pool, async (client) => {
          // In a statement of its own, so that the next one sees what another worker has taken under this lock.
          await client.query(LOCK_SLOTS, [tenantId])
          const values = [runId, tenantId, deltas.ofTenant, listings.ofTenant]
          const { rows } = await client.query<LeaseRow>(TAKE, values)
          return rows[0] && toLease(rows[0])
        })
      } catch (error) {
        // Two runs of one account started at the same moment: sync_run_one_running lets one through.
        if (error instanceof Error && 'code' in error && error.code === '23505') return undefined
        throw error
      }
    },
    async renew({ runId, token }: Lease): Promise<void> {
      await pool.query(`update roster.sync_run set lease_expires_at = ${LEASE_END} where ${HELD}`, [runId, token])
    },
    /**
     * Ends the slice. The run goes on after `seconds`; `reason` is what it waits for. Undefined when the lease was lost.
     */
    async release({ runId, token }: Lease, seconds: number, reason?: RunWait): Promise<DueRun | undefined> {
      const { rows } = await pool.query<DueRow>(RELEASE, [runId, token, seconds, reason ?? null])
      return rows[0] && toDue(rows[0])
    },
    async setTotal({ runId, token }: Lease, total: number): Promise<void> {
      const text = `update roster.sync_run set total = $3, revision = revision + 1 where ${HELD}`
      await pool.query(text, [runId, token, total])
    },
  }
}

function toLease(row: LeaseRow): Lease {
  const { kind, preview, filter, checkpoint, total, seen, restarts, fruitless } = row
  const isSuspended = row.warnings.some(({ code }) => code === 'import-rules-suspended')
  const rules = kind === 'import' || isSuspended ? null : row.rules
  return {
    runId: row.id,
    tenantId: row.tenant_id,
    accountId: row.account_id,
    directoryId: row.directory_id,
    token: Number(row.lease_token),
    requestedBy: row.requested_by,
    askedAt: row.created_at,
    isApproved: row.approved_at !== null,
    hasWaiting: row.has_waiting,
    everybody: row.all_sync === null || row.all_sso === null ? null : { sync: row.all_sync, sso: row.all_sso },
    fullWishes: row.full_wishes ?? 0,
    setsRead: row.sets_read ?? [],
    rules: rules === null ? null : ImportRules.parse(rules),
    deltaLink: row.delta_link,
    accountLink: row.account_link,
    kind,
    preview,
    filter,
    checkpoint,
    total,
    seen,
    restarts,
    fruitless,
  }
}
