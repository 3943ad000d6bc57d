import { randomBytes } from 'node:crypto'
import { SyncRunJob } from '@jackfield/contract/internal/queues'
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

/** How often each round of work comes. */
const EVERY_MS = {
  reconcile: 1_000,
  schedule: 1_000,
  keep: 1_000,
  giveBack: 15_000,
  watch: 10_000,
  send: 1_000,
  tidy: 600_000,
}

export type WorkerOptions = {
  sliceMs: number
  holds: HoldPolicy
  consume: ConsumeSyncRuns
  onError: (error: unknown) => void
  log: WorkerLog
  everyMs?: Partial<typeof EVERY_MS>
}

export type RunningWorker = { close(): Promise<void> }

/** Works on sync runs slice by slice, re-enqueues lost ones, and sends what is due. */
export async function startWorker(ports: Ports, options: WorkerOptions): Promise<RunningWorker> {
  const every = { ...EVERY_MS, ...options.everyMs }
  const advance = advanceSyncRun(ports, { sliceMs: options.sliceMs, now: Date.now })
  const consumer = await options.consume(async (data, stopping) => {
    const { next, delaySeconds, waiting } = await advanceInScope(ports, data, () => advance(data, stopping))
    // When this fails the reconciler does it. First who waited for this slot, then the rest of the run that had it.
    if (waiting) await ports.queue.enqueue(waiting).catch(options.onError)
    if (next) await ports.queue.enqueue(next, delaySeconds).catch(options.onError)
  })

  const stopping = new AbortController()
  const repeat = (work: () => Promise<unknown>, milliseconds: number) =>
    repeatUntil(stopping.signal, milliseconds, () => ports.inScope('every-tenant', work), options.onError)
  const send = sendWebhooks(ports, options.onError)
  const audit = sendAuditEvents(ports, options.onError)
  const keep = keepSubscriptions(ports, () => randomBytes(32).toString('base64url'), options.onError)
  const repeated = [
    repeat(reconcileSyncRuns(ports), every.reconcile),
    repeat(scheduleSyncRuns(ports), every.schedule),
    repeat(() => keep(stopping.signal), every.keep),
    repeat(releaseHeldExtensions(ports, options.holds, Date.now), every.tidy),
    repeat(giveExtensionsBack(ports), every.giveBack),
    repeat(() => ports.schedule.forgetOld(), every.tidy),
    repeat(() => ports.webhookOutbox.forgetOld(), every.tidy),
    repeat(() => ports.revocations.forgetOld(), every.tidy),
    repeat(() => send(stopping.signal), every.send),
    repeat(() => audit(stopping.signal), every.send),
    repeat(tellSyncHealth(ports, options.log), every.send),
    repeat(watchProgress(ports, options.log), every.watch),
  ]
  return {
    async close() {
      stopping.abort()
      await Promise.all(repeated)
      await consumer.close()
    },
  }
}

/** Confines a slice to the rows of its tenant; a payload that is no job sees none. */
function advanceInScope<Outcome>({ inScope }: Ports, data: unknown, advance: () => Promise<Outcome>): Promise<Outcome> {
  const job = SyncRunJob.safeParse(data)
  return inScope(job.success ? job.data.tenantId : '', advance)
}
