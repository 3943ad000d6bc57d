import { randomBytes } from 'node:crypto'
import { SyncRunJob } from '@jackfield/contract/queues'
import { repeatUntil } from '@jackfield/http-server/repeat-until'
import type { HoldPolicy } from './domain/extension-hold.ts'
import { reconcileSyncRuns, scheduleSyncRuns } from './jobs/enqueue-sync-runs.ts'
import { giveExtensionsBack, releaseHeldExtensions } from './jobs/hold-extensions.ts'
import { keepSubscriptions } from './jobs/keep-subscriptions.ts'
import { tellSyncHealth, watchProgress } from './jobs/report-sync-health.ts'
import { sendAuditEvents } from './jobs/send-audit-events.ts'
import { sendWebhooks } from './jobs/send-webhooks.ts'
import { advanceSyncRun } from './jobs/sync-run/advance-sync-run.ts'
import type { ConsumeSyncRuns, Ports, WorkerLog } from './ports.ts'

export type WorkerOptions = {
  sliceMs: number
  holds: HoldPolicy
  consume: ConsumeSyncRuns
  onError: (error: unknown) => void
  log: WorkerLog
  /** How often runs are looked for that nobody works on. */
  reconcileEveryMs?: number
  /** How often accounts are looked for whose time has come. */
  scheduleEveryMs?: number
  /** How often people are looked for who came back to an extension of theirs. */
  giveBackEveryMs?: number
  /** How often runs are looked for that make no progress. */
  watchEveryMs?: number
  /** How often what waits to be sent is looked for. */
  sendEveryMs?: number
}

export type RunningWorker = { close(): Promise<void> }

/** Works on sync runs, slice by slice, brings back the ones that got lost, and sends what waits to be told. */
export async function startWorker(ports: Ports, options: WorkerOptions): Promise<RunningWorker> {
  const advance = advanceSyncRun(ports, { sliceMs: options.sliceMs, now: Date.now })
  const consumer = await options.consume(async (data, stopping) => {
    const { next, delaySeconds } = await advanceInScope(ports, data, () => advance(data, stopping))
    // When this fails the reconciler does it.
    if (next) await ports.queue.enqueue(next, delaySeconds).catch(options.onError)
  })

  const stopping = new AbortController()
  const repeat = (work: () => Promise<unknown>, milliseconds: number) =>
    repeatUntil(stopping.signal, milliseconds, () => ports.inScope('every-tenant', work), options.onError)
  const send = sendWebhooks(ports, options.onError)
  const repeated = [
    repeat(reconcileSyncRuns(ports), options.reconcileEveryMs ?? 5_000),
    repeat(scheduleSyncRuns(ports), options.scheduleEveryMs ?? 1_000),
    repeat(
      keepSubscriptions(ports, () => randomBytes(32).toString('base64url')),
      options.scheduleEveryMs ?? 1_000,
    ),
    repeat(releaseHeldExtensions(ports, options.holds, Date.now), 10 * 60_000),
    repeat(giveExtensionsBack(ports), options.giveBackEveryMs ?? 15_000),
    repeat(() => ports.schedule.forgetOld(), 10 * 60_000),
    repeat(() => ports.webhookOutbox.forgetOld(), 10 * 60_000),
    repeat(() => ports.revocations.forgetOld(), 10 * 60_000),
    repeat(() => send(stopping.signal), options.sendEveryMs ?? 1_000),
    repeat(sendAuditEvents(ports, options.onError), options.sendEveryMs ?? 1_000),
    repeat(tellSyncHealth(ports, options.log), options.sendEveryMs ?? 1_000),
    repeat(watchProgress(ports, options.log), options.watchEveryMs ?? 10_000),
  ]
  return {
    async close() {
      stopping.abort()
      await Promise.all(repeated)
      await consumer.close()
    },
  }
}

/** A slice sees its own tenant's rows alone; what is no job of ours sees none. */
function advanceInScope<Outcome>({ inScope }: Ports, data: unknown, advance: () => Promise<Outcome>): Promise<Outcome> {
  const job = SyncRunJob.safeParse(data)
  return inScope(job.success ? job.data.tenantId : '', advance)
}
