import { setInterval as every } from 'node:timers/promises'
import { advanceSyncRun } from './jobs/advance-sync-run.ts'
import { reconcileSyncRuns } from './jobs/reconcile-sync-runs.ts'
import type { ConsumeSyncRuns, Ports } from './ports.ts'

export type WorkerOptions = {
  sliceMs: number
  consume: ConsumeSyncRuns
  onError: (error: unknown) => void
  /** How often runs are looked for that nobody works on. */
  reconcileEveryMs?: number
}

export type RunningWorker = { close(): Promise<void> }

/** Works on sync runs, slice by slice, and brings back the ones that got lost. */
export async function startWorker(ports: Ports, options: WorkerOptions): Promise<RunningWorker> {
  const advance = advanceSyncRun(ports, { sliceMs: options.sliceMs, now: Date.now })
  const consumer = await options.consume(async (data, stopping) => {
    const { next, delaySeconds } = await advance(data, stopping)
    // When this fails the reconciler does it.
    if (next) await ports.queue.enqueue(next, delaySeconds).catch(options.onError)
  })

  const stopping = new AbortController()
  const reconciling = reconcileUntil(stopping.signal, ports, options)
  return {
    async close() {
      stopping.abort()
      await reconciling
      await consumer.close()
    },
  }
}

async function reconcileUntil(signal: AbortSignal, ports: Ports, options: WorkerOptions): Promise<void> {
  const reconcile = reconcileSyncRuns(ports)
  try {
    for await (const _ of every(options.reconcileEveryMs ?? 5_000, undefined, { signal })) await reconcile().catch(options.onError)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
