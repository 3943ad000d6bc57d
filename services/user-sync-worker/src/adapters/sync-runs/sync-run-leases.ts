import { ImportRules } from '@jackfield/contract/import-rule'
import { inTransaction } from '@jackfield/postgres/transaction'
import type pg from 'pg'
import { FAILURES_IN_A_ROW, saysOfAccount } from '../../domain/account-health.ts'
import type { Lease, SyncRuns } from '../../sync-run-ports.ts'
import { type DueRow, toDue } from './sync-run-due.ts'
import { forget, holdsLease } from './sync-run-fence.ts'

// Who works on a run. A lease lasts 15 s unless renewed; its token rises with every take, and every write of a slice
// states the token it was given, so that a worker that comes back late writes nothing (QC-04).
const LEASE = `interval '15 seconds'`
/**
 * How long a claimed run may take to reach a worker before it is enqueued again; behind many others it waits in the
 * queue for longer.
 */
const CLAIM = `case when r.status = 'queued' then greatest(interval '5 seconds', least(interval '30 seconds', (now() - r.created_at) / 2))
  else interval '5 seconds' end`
const HELD = `id = $1 and lease_token = $2 and status = 'running'`
const DUE = `r.status in ('queued', 'running') and (r.lease_expires_at is null or r.lease_expires_at < now())
  and (r.not_before is null or r.not_before <= now())`
// The registry is told of an account whose runs fail one after the other (FC-34): a run that a preview asked for, or
// that an account stopped which an admin switched off or connected to another directory, says nothing of the account.
const COUNT_FAILURE = `
update roster.account_sync set failures = failures + 1, failure = $2, failing_since = coalesce(failing_since, now()),
  tell_at = case when failures + 1 >= $3 and $4 then now() else tell_at end
where account_id = $1`
const FAIL = `update roster.sync_run set status = 'failed', error_code = $2, error_message = $3, finished_at = now(),
  lease_expires_at = null, revision = revision + 1 where id = $1`
/** One run per account at a time, in the order they were asked for. */
export const FIRST_OF_ACCOUNT = `not exists (select from roster.sync_run other where other.account_id = r.account_id and other.id <> r.id
  and (other.status = 'running' or (r.status = 'queued' and other.status = 'queued' and other.id < r.id)))`

type LeaseRow = {
  id: string
  tenant_id: string
  account_id: string
  directory_id: string
  kind: Lease['kind']
  preview: boolean
  requested_by: string
  filter: Lease['filter']
  rules: unknown
  account_rules: unknown
  sets_read: string[] | null
  warnings: unknown[]
  delta_link: string | null
  account_link: string | null
  lease_token: string
  all_sync: boolean | null
  all_sso: boolean | null
  checkpoint: string | null
  total: number | null
  seen: number
  restarts: number
  fruitless: number
}

export function syncRunLeases(
  pool: pg.Pool,
): Pick<
  SyncRuns,
  'takeLease' | 'renewLease' | 'release' | 'fail' | 'setTotal' | 'nextSelection' | 'claimDue' | 'nextOfAccount'
> {
  return {
    async takeLease({ tenantId, runId }) {
      const text = `update roster.sync_run r set status = 'running', lease_token = lease_token + 1, lease_expires_at = now() + ${LEASE},
        not_before = null, started_at = coalesce(started_at, now()), progressed_at = coalesce(progressed_at, now()), fruitless = fruitless + 1, revision = revision + 1
        where r.id = $1 and r.tenant_id = $2 and ${DUE} and ${FIRST_OF_ACCOUNT} returning *, (select s.delta_link from roster.account_sync s
          where s.account_id = r.account_id and s.directory_id = r.directory_id) as account_link,
          (select i.rules from roster.import_rules i where i.account_id = r.account_id) as account_rules,
          (select i.sets_read from roster.import_rules i where i.account_id = r.account_id) as sets_read`
      try {
        const { rows } = await pool.query<LeaseRow>(text, [runId, tenantId])
        return rows[0] && toLease(rows[0])
      } catch (error) {
        // Two runs of one account started in the same moment: sync_run_one_running lets one through.
        if (error instanceof Error && 'code' in error && error.code === '23505') return undefined
        throw error
      }
    },
    async renewLease({ runId, token }) {
      await pool.query(`update roster.sync_run set lease_expires_at = now() + ${LEASE} where ${HELD}`, [runId, token])
    },
    async release({ runId, token }, seconds, reason) {
      const text = `update roster.sync_run set lease_expires_at = null, enqueued_at = now(), waiting_for = $4,
        revision = revision + case when $4::text is null then 0 else 1 end,
        not_before = case when $3::float8 > 0 then now() + $3::float8 * interval '1 second' end
        where ${HELD} returning id, tenant_id, lease_token`
      const { rows } = await pool.query<DueRow>(text, [runId, token, seconds, reason ?? null])
      return rows[0] && toDue(rows[0])
    },
    async fail(lease, failure) {
      const { code, message, remedy } = failure
      const failed = await inTransaction(pool, async (client) => {
        if (!(await holdsLease(client, lease))) return undefined
        await forget(client, lease.runId)
        await client.query(FAIL, [lease.runId, code, remedy ? `${message} ${remedy}` : message])
        if (lease.preview) return true
        const values = [lease.accountId, JSON.stringify(failure), FAILURES_IN_A_ROW, saysOfAccount(code)]
        await client.query(COUNT_FAILURE, values)
        return true
      })
      return failed ?? false
    },
    async setTotal({ runId, token }, total) {
      await pool.query(`update roster.sync_run set total = $3, revision = revision + 1 where ${HELD}`, [
        runId,
        token,
        total,
      ])
    },
    async nextSelection({ runId }, after, limit) {
      const text = `select object_id, sync, sso from roster.sync_run_selection
        where run_id = $1 and ($2::uuid is null or object_id > $2) order by object_id limit $3`
      const { rows } = await pool.query<{ object_id: string; sync: boolean; sso: boolean }>(text, [runId, after, limit])
      return rows.map(({ object_id, sync, sso }) => ({ id: object_id, ticks: { sync, sso } }))
    },
    async claimDue(limit) {
      const text = `update roster.sync_run set enqueued_at = now() where id in (
        select r.id from roster.sync_run r
        where ${DUE} and ${FIRST_OF_ACCOUNT} and (r.enqueued_at is null or r.enqueued_at < now() - ${CLAIM})
        order by r.enqueued_at nulls first, r.id limit $1 for update skip locked)
        returning id, tenant_id, lease_token`
      const { rows } = await pool.query<DueRow>(text, [limit])
      return rows.map(toDue)
    },
    async nextOfAccount(accountId) {
      const text = `select r.id, r.tenant_id, r.lease_token from roster.sync_run r
        where r.account_id = $1 and ${DUE} and ${FIRST_OF_ACCOUNT} limit 1`
      const { rows } = await pool.query<DueRow>(text, [accountId])
      return rows[0] && toDue(rows[0])
    },
  }
}

function readRules(kept: unknown): ImportRules | null {
  return kept === null ? null : ImportRules.parse(kept)
}

function toLease(row: LeaseRow): Lease {
  return {
    runId: row.id,
    tenantId: row.tenant_id,
    accountId: row.account_id,
    directoryId: row.directory_id,
    token: Number(row.lease_token),
    kind: row.kind,
    requestedBy: row.requested_by,
    preview: row.preview,
    everybody: row.all_sync === null || row.all_sso === null ? null : { sync: row.all_sync, sso: row.all_sso },
    filter: row.filter,
    setsRead: row.sets_read ?? [],
    rules: row.kind === 'import' || row.warnings.length > 0 ? null : readRules(row.rules ?? row.account_rules),
    deltaLink: row.delta_link,
    accountLink: row.account_link,
    checkpoint: row.checkpoint,
    total: row.total,
    seen: row.seen,
    restarts: row.restarts,
    fruitless: row.fruitless,
  }
}
