import { inTransaction } from '@jackfield/postgres/transaction'
import type pg from 'pg'
import type { IsSeen } from '../../ports.ts'
import type { RunAnswer, SyncRuns } from '../../sync-run-ports.ts'
import { insertAuditEvent } from '../outbox/pending-audit-events.ts'
import { toDue } from './sync-run-due.ts'
import { forget } from './sync-run-fence.ts'

const FIND = 'select status, revision, account_id from roster.sync_run where tenant_id = $1 and id = $2 for update'

const APPROVE = `
update roster.sync_run set status = 'queued', approved_by = $2, enqueued_at = now(), progressed_at = now(), not_before = null, revision = revision + 1
where id = $1 returning id, tenant_id, lease_token`

/** The token rises: a worker that is at it writes nothing more. */
const CANCEL = `
update roster.sync_run set status = 'cancelled', finished_at = now(), lease_expires_at = null, lease_token = lease_token + 1,
  checkpoint = null, revision = revision + 1 where id = $1`

/** What admins say to runs. The row is locked, so that of two answers one counts. */
export function syncRunAnswers(pool: pg.Pool): Pick<SyncRuns, 'approve' | 'cancel'> {
  async function answer(
    { tenantId, runId, isSeen = () => true }: { tenantId: string; runId: string; isSeen: IsSeen | undefined },
    allowed: readonly string[],
    act: (client: pg.PoolClient) => Promise<RunAnswer>,
  ) {
    const done = await inTransaction(pool, async (client): Promise<RunAnswer> => {
      const { rows } = await client.query<{ status: string; revision: number }>(FIND, [tenantId, runId])
      if (!rows[0]) return { kind: 'not-found' }
      if (!isSeen(rows[0].revision)) return { kind: 'version-conflict' }
      return allowed.includes(rows[0].status) ? act(client) : { kind: 'wrong-status' }
    })
    return done ?? { kind: 'not-found' as const }
  }

  return {
    approve: (tenantId, runId, by, entry, isSeen) =>
      answer({ tenantId, runId, isSeen }, ['awaiting-approval'], async (client) => {
        const { rows } = await client.query(APPROVE, [runId, by])
        await insertAuditEvent(client, entry)
        return { kind: 'done', due: toDue(rows[0]) }
      }),
    cancel: (tenantId, runId, entry, isSeen) =>
      answer({ tenantId, runId, isSeen }, ['queued', 'running', 'awaiting-approval'], async (client) => {
        await forget(client, runId)
        await client.query(CANCEL, [runId])
        await insertAuditEvent(client, entry)
        return { kind: 'done', due: undefined }
      }),
  }
}
