import type { Connection } from '@jackfield/contract/internal-api'
import { SyncRunJob } from '@jackfield/contract/sync-job'
import { decideOnFailure, decideOnOutage, type FailureDecision, isGivingUp, type RunFailure } from '../domain/directory-failure.ts'
import type { DueRun, Lease, Ports } from '../ports.ts'
import { type RunSource, sourceOf } from './run-source.ts'

type Needs = Pick<Ports, 'runs' | 'registry' | 'directory'>

/** What is to be enqueued after a slice: the rest of the run, or the next run of its account. */
export type SliceOutcome = { next: DueRun | undefined; delaySeconds: number }
const NOTHING: SliceOutcome = { next: undefined, delaySeconds: 0 }

const RENEWAL_MS = 5_000

/**
 * One slice of a sync run: takes the lease, works for some seconds, leaves the checkpoint, and lets others have their turn.
 * Safe to run twice, late, or not at all: the row says what is left to do.
 */
export function advanceSyncRun(ports: Needs, settings: { sliceMs: number; now: () => number }) {
  return async (data: unknown, stopping: AbortSignal): Promise<SliceOutcome> => {
    const job = SyncRunJob.safeParse(data)
    if (!job.success) return NOTHING
    const lease = await ports.runs.takeLease(job.data)
    if (!lease) return NOTHING
    const renewal = setInterval(() => ports.runs.renewLease(lease).catch(() => undefined), RENEWAL_MS)
    try {
      return await work(ports, lease, settings, stopping)
    } catch (error) {
      await ports.runs.release(lease, 1).catch(() => undefined) // otherwise the lease expires by itself
      throw error
    } finally {
      clearInterval(renewal)
    }
  }
}

async function work(ports: Needs, lease: Lease, settings: { sliceMs: number; now: () => number }, stopping: AbortSignal) {
  if (isGivingUp({ fruitless: lease.fruitless - 1 })) {
    return fail(ports, lease, { code: 'no-progress', message: 'The import made no progress for a long time and was given up.' })
  }
  const connection = await ports.registry.findConnection(lease.tenantId, lease.accountId)
  if (connection && 'kind' in connection) return settle(ports, lease, decideOnOutage('The tenant registry', lease))
  const refusal = refusalOf(lease, connection)
  if (refusal || !connection) return fail(ports, lease, refusal ?? GONE)

  if (lease.total === null) {
    const total = await ports.directory.countUsers(connection, stopping)
    if (total !== undefined) await ports.runs.setTotal(lease, total)
  }
  return writePages(ports, lease, sourceOf(lease, connection, ports), settings.now() + settings.sliceMs, settings.now, stopping)
}

/** The next page is fetched while this one is written. */
async function writePages(
  ports: Needs,
  lease: Lease,
  read: RunSource,
  until: number,
  now: () => number,
  stopping: AbortSignal,
): Promise<SliceOutcome> {
  const abandoned = new AbortController()
  const signal = AbortSignal.any([stopping, abandoned.signal])
  try {
    for (let reading = read(lease.checkpoint, signal); ; ) {
      const page = await reading
      if (page.kind !== 'page')
        return await (stopping.aborted ? giveBack(ports, lease) : settle(ports, lease, decideOnFailure(page, lease)))

      const isLast = page.next === null || stopping.aborted || now() >= until
      if (!isLast) {
        reading = read(page.next, signal)
        reading.catch(() => undefined) // its failure is met when it is awaited, if at all
      }
      if (!(await ports.runs.commitPage(lease, page))) return NOTHING
      lease.fruitless = 0
      if (page.next === null) return { next: await ports.runs.nextOfAccount(lease.accountId), delaySeconds: 0 }
      if (isLast) return await giveBack(ports, lease)
    }
  } finally {
    abandoned.abort()
  }
}

async function settle(ports: Needs, lease: Lease, decision: FailureDecision): Promise<SliceOutcome> {
  if (decision.kind === 'fail') return fail(ports, lease, decision.failure)
  if (decision.kind === 'restart') return { next: await ports.runs.restart(lease), delaySeconds: 0 }
  return { next: await ports.runs.release(lease, decision.seconds), delaySeconds: decision.seconds }
}

async function giveBack(ports: Needs, lease: Lease): Promise<SliceOutcome> {
  return { next: await ports.runs.release(lease, 0), delaySeconds: 0 }
}

async function fail(ports: Needs, lease: Lease, failure: RunFailure): Promise<SliceOutcome> {
  if (!(await ports.runs.fail(lease, failure))) return NOTHING
  return { next: await ports.runs.nextOfAccount(lease.accountId), delaySeconds: 0 }
}

const GONE: RunFailure = { code: 'account-not-found', message: 'The Microsoft 365 account was removed.' }

function refusalOf(lease: Lease, connection: Connection | undefined): RunFailure | undefined {
  if (!connection) return GONE
  if (!connection.enabled) return { code: 'account-not-enabled', message: 'The Microsoft 365 account is not enabled: test its connection.' }
  if (connection.directoryId !== lease.directoryId) {
    return { code: 'account-changed', message: 'The account was connected to another directory after the import was asked for.' }
  }
  return undefined
}
