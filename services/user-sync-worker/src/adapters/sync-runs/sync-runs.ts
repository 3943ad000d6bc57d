import type { Versioned } from '@jackfield/contract/http/entity-tag'
import type { PlannedChange } from '@jackfield/contract/microsoft/import-rule'
import type { RunWait, SyncRun } from '@jackfield/contract/microsoft/sync-run'
import type { Range } from '@jackfield/postgres/list-page'
import { inTransaction } from '@jackfield/postgres/transaction'
import type pg from 'pg'
import { v7 as newId } from 'uuid'
import type { SyncSettings } from '../../domain/sync-settings.ts'
import type { AuditEntry, IsSeen } from '../../ports.ts'
import type { DueRun, NewRun } from '../../sync-run-ports.ts'
import { insertAuditEvent } from '../outbox/pending-audit-events.ts'
import { DUE_COLUMNS, FIRST_OF_ACCOUNT, forget, PLANNED, toDue } from './sync-run-fence.ts'

/** A free worker takes a run within this time. */
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

const INSERT = `
insert into roster.sync_run (id, tenant_id, account_id, directory_id, kind, status, requested_by, all_sync, all_sso, total, preview, filter, rules)
values ($1, $2, $3, $4, $5, 'queued', $6, $7, $8, $9, $10, $11, $12)`

const INSERT_SELECTION = `
insert into roster.sync_run_selection (tenant_id, run_id, object_id, sync, sso)
select $1, $2, t.object_id, t.sync, t.sso from unnest($3::uuid[], $4::boolean[], $5::boolean[]) as t (object_id, sync, sso)`

const PLANNED_CHANGES = `
select object_id as "objectId", coalesce(person ->> 'displayName', display_name) as "displayName",
  coalesce(person ->> 'userPrincipalName', user_principal_name) as "userPrincipalName", change
from (${PLANNED}) planned
where ($3::uuid is null or object_id > $3) and (not $5 or change in ('delete', 'disable', 'unsync'))
order by object_id limit $4`

/** The run begins again, with the people whom it would remove (T-128). */
const APPROVE = `
update roster.sync_run set status = 'queued', approved_by = $2, approved_at = now(), checkpoint = null, enqueued_at = now(), progressed_at = now(), not_before = null, revision = revision + 1
where id = $1 returning ${DUE_COLUMNS}`
const BEGIN_HOURS_ANEW = `
delete from roster.recent_removal where (tenant_id, directory_id) = (select tenant_id, directory_id from roster.sync_run where id = $1)`

/** The higher token fences off the worker that holds the lease. */
const CANCEL = `
update roster.sync_run set status = 'cancelled', finished_at = now(), lease_expires_at = null, lease_token = lease_token + 1,
  checkpoint = null, revision = revision + 1 where id = $1`

type Row = Record<'id' | 'tenant_id' | 'account_id' | 'requested_by', string> &
  Record<keyof SyncRun['counts'] | 'changed_before_restart' | 'revision', number> &
  Record<'held_removals' | 'held_disabled' | 'held_deleted', number> &
  Record<'error_code' | 'error_message' | 'approved_by', string | null> &
  Record<'started_at' | 'finished_at' | 'progressed_at' | 'not_before' | 'asked_at', Date | null> &
  Pick<SyncRun, 'kind' | 'status' | 'preview' | 'total' | 'warnings'> & {
    skipped_users: SyncRun['skippedUsers']
    waits_for: RunWait | null
    created_at: Date
    limits: SyncSettings['fuse'] | null
  }
export type RunAnswer =
  | { kind: 'done'; due: DueRun | undefined }
  | { kind: 'not-found' | 'wrong-status' | 'version-conflict' }

/** Sync runs as admins ask for them, look at them and answer them. */
export function syncRuns(pool: pg.Pool) {
  /** The row is locked: the first of two answers counts. */
  async function answer(
    { tenantId, runId, isSeen = () => true }: { tenantId: string; runId: string; isSeen: IsSeen | undefined },
    allowed: ReadonlyArray<SyncRun['status']>,
    act: (client: pg.PoolClient) => Promise<DueRun | undefined>,
  ): Promise<RunAnswer> {
    const text = 'select status, revision from roster.sync_run where tenant_id = $1 and id = $2 for update'
    return inTransaction(pool, async (client) => {
      const [run] = (await client.query<Row>(text, [tenantId, runId])).rows
      if (!run) return { kind: 'not-found' }
      if (!isSeen(run.revision)) return { kind: 'version-conflict' }
      return allowed.includes(run.status) ? { kind: 'done', due: await act(client) } : { kind: 'wrong-status' }
    })
  }

  return {
    /** Runs of the tenant that wait or are worked on. */
    async countOpen(tenantId: string): Promise<number> {
      const text = `select count(*)::int as runs from roster.sync_run where tenant_id = $1 and status in ('queued', 'running')`
      return (await pool.query<{ runs: number }>(text, [tenantId])).rows[0]?.runs ?? 0
    },
    async create(run: NewRun, entryFor: (runId: string) => AuditEntry): Promise<DueRun> {
      const runId = newId()
      await inTransaction(pool, async (client) => {
        await insertRun(client, runId, run)
        await insertAuditEvent(client, entryFor(runId))
        return true
      })
      return { job: { tenantId: run.tenantId, runId }, slice: 0, kind: kindOf(run) }
    },
    async find(tenantId: string, runId: string): Promise<{ run: Versioned<SyncRun>; revision: number } | undefined> {
      const { rows } = await pool.query<Row>(`${READ} where r.tenant_id = $1 and r.id = $2`, [tenantId, runId])
      return rows[0] && { run: toSyncRun(rows[0]), revision: rows[0].revision }
    },
    /** The newest first: ids are UUIDs of version 7. */
    async list(
      tenantId: string,
      { after, limit }: Range,
      status?: SyncRun['status'],
    ): Promise<Array<Versioned<SyncRun>>> {
      const text = `${READ} where r.tenant_id = $1 and ($2::uuid is null or r.id < $2) and ($4::text is null or r.status = $4)
        order by r.id desc limit $3`
      return (await pool.query<Row>(text, [tenantId, after, limit, status])).rows.map(toSyncRun)
    },
    /** What a run found and has not done, by object id, compared with the roster now; `removals`: only lost access. */
    async plannedChanges(tenantId: string, runId: string, { after, limit }: Range, removals: boolean) {
      return (await pool.query<PlannedChange>(PLANNED_CHANGES, [tenantId, runId, after, limit, removals])).rows
    },
    /** Lets a run go on that awaits approval. */
    approve: (tenantId: string, runId: string, by: string, entry: AuditEntry, isSeen?: IsSeen) =>
      answer({ tenantId, runId, isSeen }, ['awaiting-approval'], async (client) => {
        await client.query(BEGIN_HOURS_ANEW, [runId])
        const { rows } = await client.query(APPROVE, [runId, by])
        await insertAuditEvent(client, entry)
        return toDue(rows[0])
      }),
    /** Ends a run that is not over. */
    cancel: (tenantId: string, runId: string, entry: AuditEntry, isSeen?: IsSeen) =>
      answer({ tenantId, runId, isSeen }, ['queued', 'running', 'awaiting-approval'], async (client) => {
        await forget(client, runId)
        await client.query(CANCEL, [runId])
        await insertAuditEvent(client, entry)
        return undefined
      }),
  }
}

const kindOf = ({ request }: Pick<NewRun, 'request'>): SyncRun['kind'] => ('mode' in request ? request.mode : 'import')

async function insertRun(client: pg.PoolClient, runId: string, { request, ...run }: NewRun): Promise<void> {
  // Of two ticks for one person the last counts.
  const chosen = 'users' in request ? [...new Map(request.users.map((user) => [user.id, user])).values()] : []
  const everybody = 'all' in request ? request : undefined
  await client.query(INSERT, [
    runId,
    run.tenantId,
    run.accountId,
    run.directoryId,
    kindOf({ request }),
    run.requestedBy,
    everybody?.sync,
    everybody?.sso,
    'users' in request ? chosen.length : null,
    run.preview ?? false,
    everybody?.filter && JSON.stringify(everybody.filter),
    run.rules && JSON.stringify(run.rules),
  ])
  if (chosen.length === 0) return
  const [ids, sync, sso] = [chosen.map(({ id }) => id), chosen.map((user) => user.sync), chosen.map((user) => user.sso)]
  await client.query(INSERT_SELECTION, [run.tenantId, runId, ids, sync, sso])
}

/** Waits without a known end. */
const TIMELESS: readonly RunWait[] = ['another-run', 'worker']
const textOf = (time: Date | null) => time?.toISOString() ?? null

function approvalOf({ asked_at: askedAt, limits, ...row }: Row): SyncRun['approval'] {
  if (askedAt === null || limits === null) return null
  return {
    requestedAt: askedAt.toISOString(),
    removals: row.held_removals,
    disabled: row.held_disabled,
    deleted: row.held_deleted,
    thresholdPercent: limits.percent,
    thresholdUsers: limits.users,
    windowHours: limits.hours,
    approvedBy: row.approved_by,
  }
}

function toSyncRun(row: Row): Versioned<SyncRun> {
  const { id, kind, status, preview, total, warnings, waits_for: reason } = row
  const { seen, created, updated, unchanged, skipped } = row
  const isAsking = status === 'awaiting-approval'
  const disabled = row.disabled + (isAsking ? row.held_disabled : 0)
  const deleted = row.deleted + (isAsking ? row.held_deleted : 0)
  return {
    id,
    kind,
    status,
    preview,
    total,
    warnings,
    tenantId: row.tenant_id,
    accountId: row.account_id,
    requestedBy: row.requested_by,
    counts: {
      seen,
      created,
      updated,
      unchanged: Math.max(0, unchanged - row.changed_before_restart),
      disabled,
      deleted,
      skipped,
    },
    skippedUsers: row.skipped_users,
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
    lastProgressAt: textOf(row.progressed_at),
    waiting: reason && { until: TIMELESS.includes(reason) ? null : textOf(row.not_before), reason },
    approval: approvalOf(row),
    createdAt: row.created_at.toISOString(),
    startedAt: textOf(row.started_at),
    finishedAt: textOf(row.finished_at),
    version: row.revision,
  }
}
