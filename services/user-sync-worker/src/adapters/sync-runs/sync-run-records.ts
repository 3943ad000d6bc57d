import type { RunWait, SyncRun } from '@jackfield/contract/sync-run'
import { isUuid, pageStart, toPage } from '@jackfield/postgres/cursor'
import { inTransaction } from '@jackfield/postgres/transaction'
import type pg from 'pg'
import { v7 as newId } from 'uuid'
import type { NewRun, SyncRuns } from '../../sync-run-ports.ts'
import { insertAuditEvent } from '../outbox/pending-audit-events.ts'
import { forget } from './sync-run-fence.ts'
import { FIRST_OF_ACCOUNT } from './sync-run-leases.ts'

/** A free worker takes a run within that. */
const SOON = `interval '10 seconds'`

const READ = `
select r.*, coalesce((select json_agg(json_build_object('id', s.object_id, 'reason', s.reason) order by s.object_id)
  from roster.sync_run_skipped_user s where s.run_id = r.id), '[]') as skipped_users,
  case when r.status not in ('queued', 'running') then null
    when r.not_before > now() then coalesce(r.waiting_for, 'internal-error')
    when r.status = 'queued' and not ${FIRST_OF_ACCOUNT} then 'another-run'
    when coalesce(r.lease_expires_at, '-infinity') < now()
      and coalesce(r.enqueued_at, r.created_at) < now() - ${SOON} then 'worker' end as waits_for
from roster.sync_run r`

const INSERT_SELECTION = `
insert into roster.sync_run_selection (tenant_id, run_id, object_id, sync, sso)
select $1, $2, t.object_id, t.sync, t.sso from unnest($3::uuid[], $4::boolean[], $5::boolean[]) as t (object_id, sync, sso)`

type Row = Record<'id' | 'tenant_id' | 'account_id', string> & {
  kind: SyncRun['kind']
  status: SyncRun['status']
  changed_before_restart: number
  total: number | null
  skipped_users: SyncRun['skippedUsers']
  preview: boolean
  warnings: SyncRun['warnings']
  requested_by: string
  error_code: string | null
  error_message: string | null
  revision: number
} & Record<keyof SyncRun['counts'], number> &
  Record<'created_at', Date> &
  Record<'started_at' | 'finished_at' | 'progressed_at' | 'not_before', Date | null> & { waits_for: RunWait | null }

/** Sync runs as people ask for them and look at them. */
export function syncRunRecords(pool: pg.Pool): Pick<SyncRuns, 'create' | 'find' | 'list'> {
  return {
    async create(run, entry) {
      const runId = newId()
      await inTransaction(pool, async (client) => {
        if ('mode' in run.request && !run.preview) await supersede(client, run.accountId)
        await insertRun(client, runId, run)
        await insertAuditEvent(client, entry(runId))
        return true
      })
      return { job: { tenantId: run.tenantId, runId }, slice: 0 }
    },
    async find(tenantId, runId) {
      const { rows } = await pool.query<Row>(`${READ} where r.tenant_id = $1 and r.id = $2`, [tenantId, runId])
      return rows[0] && { run: toSyncRun(rows[0]), revision: rows[0].revision }
    },
    async list(tenantId, { cursor, limit, status }) {
      const [before] = pageStart(cursor, isUuid) ?? []
      if (before === undefined) return { kind: 'bad-cursor' }
      // Ids are UUIDs of version 7: the newest run has the greatest.
      const text = `${READ} where r.tenant_id = $1 and ($2::uuid is null or r.id < $2) and ($4::text is null or r.status = $4)
        order by r.id desc limit $3`
      const { rows } = await pool.query<Row>(text, [tenantId, before, limit + 1, status ?? null])
      return toPage(rows.map(toSyncRun), limit, ({ id }) => [id])
    },
  }
}

/** What a run asks an admin is out of date once another run looks at the same directory. */
async function supersede(client: pg.PoolClient, accountId: string): Promise<void> {
  const text = `update roster.sync_run set status = 'cancelled', finished_at = now(), error_code = 'superseded',
    error_message = 'Another run was asked for.', revision = revision + 1
    where account_id = $1 and status = 'awaiting-approval' returning id`
  for (const { id } of (await client.query<{ id: string }>(text, [accountId])).rows) await forget(client, id)
}

async function insertRun(client: pg.PoolClient, runId: string, { request, ...run }: NewRun): Promise<void> {
  // The last of two ticks for one person counts.
  const chosen = 'users' in request ? [...new Map(request.users.map((user) => [user.id, user])).values()] : []
  const everybody = 'all' in request ? request : undefined
  const kind = 'mode' in request ? request.mode : 'import'
  await client.query(
    `insert into roster.sync_run (id, tenant_id, account_id, directory_id, kind, status, requested_by, all_sync, all_sso, total, preview, filter, rules)
     values ($1, $2, $3, $4, $5, 'queued', $6, $7, $8, $9, $10, $11, $12)`,
    [
      runId,
      run.tenantId,
      run.accountId,
      run.directoryId,
      kind,
      run.requestedBy,
      everybody?.sync,
      everybody?.sso,
      'users' in request ? chosen.length : null,
      run.preview ?? false,
      everybody?.filter ? JSON.stringify(everybody.filter) : null,
      run.rules ? JSON.stringify(run.rules) : null,
    ],
  )
  if (chosen.length === 0) return
  await client.query(INSERT_SELECTION, [
    run.tenantId,
    runId,
    chosen.map((user) => user.id),
    chosen.map((user) => user.sync),
    chosen.map((user) => user.sso),
  ])
}

/** Nobody knows when these are over. */
const TIMELESS: readonly RunWait[] = ['another-run', 'worker']
const textOf = (time: Date | null) => time?.toISOString() ?? null

function toSyncRun(row: Row): SyncRun {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    accountId: row.account_id,
    kind: row.kind,
    status: row.status,
    preview: row.preview,
    requestedBy: row.requested_by,
    counts: {
      seen: row.seen,
      created: row.created,
      updated: row.updated,
      unchanged: Math.max(0, row.unchanged - row.changed_before_restart),
      disabled: row.disabled,
      deleted: row.deleted,
      skipped: row.skipped,
    },
    total: row.total,
    skippedUsers: row.skipped_users,
    warnings: row.warnings,
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
    lastProgressAt: row.progressed_at?.toISOString() ?? null,
    waiting: row.waits_for && {
      until: TIMELESS.includes(row.waits_for) ? null : textOf(row.not_before),
      reason: row.waits_for,
    },
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
  }
}
