import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from '@jackfield/contract/internal/internal-api'
import { SyncRunJob } from '@jackfield/contract/internal/queues'
import { ASKED, type Checkpoint, firstCheckpoint, formatCheckpoint, readCheckpoint } from '../../domain/checkpoint.ts'
import {
  type DirectoryFailure,
  decideOnFailure,
  decideOnOutage,
  type FailureDecision,
  isGivingUp,
  type RunFailure,
  waitAfter,
} from '../../domain/directory-failure.ts'
import { pauseAfterPage } from '../../domain/fair-share.ts'
import { isEndless } from '../../domain/page-trail.ts'
import type { Ports } from '../../ports.ts'
import type { DueRun, Lease, RunPage } from '../../sync-run-ports.ts'
import { pagesOf } from './read-users.ts'
import { planOf } from './run-source.ts'

type Needs = Pick<Ports, 'leases' | 'pages' | 'endings' | 'schedule' | 'registry' | 'directory' | 'accountUsers'>
type Settings = { sliceMs: number; now: () => number }
/** How many other slices are under way in this process. */
type Beside = { others: () => number }

/** What to enqueue after a slice: the rest of the run, or the account's next run. */
type Continuation = { next: DueRun | undefined; delaySeconds: number }
/** `waiting`: another run of the tenant, which was refused a slot. */
export type SliceOutcome = Continuation & { waiting: DueRun | undefined }
const NOTHING: Continuation = { next: undefined, delaySeconds: 0 }

/** A third of a lease: a worker may stop for twice as long, as for a page of people on a busy machine. */
const RENEWAL_MS = 2_000
const APPLIED_AT_ONCE = 1_000
/** Phases whose next page needs what the present one writes. */
const READ_ALONE: ReadonlySet<string> = new Set(['missing', 'members', 'held'])
/** A page that changes nothing. */
const EMPTY = { seen: 0, users: [], unsynced: [], skipped: [], nameless: 0, staged: [], met: [] }

/**
 * One slice of a sync run: takes the lease, works for some seconds and leaves a checkpoint. Safe to run twice, late, or
 * not at all, as the row holds what is left to do.
 */
export function advanceSyncRun(ports: Needs, settings: Settings) {
  let underWay = 0
  const others = () => underWay - 1
  return async (data: unknown, stopping: AbortSignal): Promise<SliceOutcome> => {
    const job = SyncRunJob.safeParse(data)
    const lease = job.success ? await ports.leases.take(job.data) : undefined
    if (!lease) return { ...NOTHING, waiting: undefined }
    underWay += 1
    const renewal = setInterval(() => ports.leases.renew(lease).catch(() => undefined), RENEWAL_MS)
    try {
      const continuation = await work(ports, lease, { ...settings, others }, stopping)
      // The reconciler finds it, too.
      const waiting = await ports.schedule.nextOfTenant(lease).catch(() => undefined)
      return { ...continuation, waiting }
    } catch (error) {
      // Otherwise the lease expires by itself.
      await ports.leases.release(lease, waitAfter(lease), 'internal-error').catch(() => undefined)
      throw error
    } finally {
      clearInterval(renewal)
      underWay -= 1
    }
  }
}

async function work(
  ports: Needs,
  lease: Lease,
  settings: Settings & Beside,
  stopping: AbortSignal,
): Promise<Continuation> {
  if (isGivingUp({ fruitless: lease.fruitless - 1 })) {
    return fail(ports, lease, NO_PROGRESS)
  }
  const connection = await ports.registry.findConnection(lease.tenantId, lease.accountId)
  if (connection && 'kind' in connection) return settle(ports, lease, decideOnOutage('The tenant registry', lease))
  if (!connection) return disconnect(ports, lease)
  const refusal = refusalOf(lease, connection)
  if (refusal) return fail(ports, lease, refusal)

  const until = settings.now() + settings.sliceMs
  const from = lease.checkpoint === null ? firstCheckpoint(planOf(lease)) : readCheckpoint(lease.checkpoint)
  if (!from) return settle(ports, lease, { kind: 'resync' })
  if (lease.total === null && lease.kind !== 'delta') {
    const total = await ports.directory.countUsers(connection, stopping)
    if (total !== undefined) await ports.leases.setTotal(lease, total)
    lease.total = total ?? null
  }
  const isOver = () => stopping.aborted || settings.now() >= until
  const ended = await copyPages(ports, lease, connection, from, { ...settings, isOver }, stopping)
  return ended ?? conclude(ports, lease, isOver)
}

/**
 * Commits the run's pages one after the other; the next page is fetched while this one is compared and written. Returns
 * undefined when all pages are read.
 */
async function copyPages(
  ports: Needs,
  lease: Lease,
  connection: Connection,
  from: Checkpoint,
  { isOver, now, others }: Settings & Beside & { isOver: () => boolean },
  stopping: AbortSignal,
): Promise<Continuation | undefined> {
  if (isConcluding(from)) return undefined
  const abandoned = new AbortController()
  const signal = AbortSignal.any([stopping, abandoned.signal])
  const source = pagesOf(lease, connection, ports)
  const read = (checkpoint: Checkpoint) => {
    const reading = source(checkpoint, signal)
    reading.catch(() => undefined) // handled when it is awaited, if at all
    return reading
  }
  let { phase } = from
  const end = (failure: DirectoryFailure) =>
    stopping.aborted ? giveBack(ports, lease) : settle(ports, lease, decideOnFailure(failure, lease, ASKED[phase]))
  try {
    for (let reading = read(from); ; ) {
      const begun = now()
      const page = await reading
      if (page.kind !== 'read') return await end(page)
      const { next } = page
      // The next phase may need what this page writes; a run that has to stop reads nothing ahead.
      const isAhead = next.phase === phase && !READ_ALONE.has(phase) && !isOver()
      if (isAhead) reading = read(next)
      const content = await page.prepare()
      if ('kind' in content) return await end(content)
      const changes = { ...EMPTY, ...content, next: formatCheckpoint(next) }
      lease.seen += changes.seen
      if (phase === 'list' && isEndless({ seen: lease.seen, links: next.trail?.links ?? 0, counted: lease.total }))
        return await end({ kind: 'endless-list', counted: lease.total })
      if (isQuietRound(lease, changes, next)) {
        const ended = await ports.endings.finishQuietly({ ...lease, deltaLink: changes.deltaLink ?? lease.deltaLink })
        return ended ? { next: ended.next, delaySeconds: 0 } : NOTHING
      }
      if (!(await commit(ports, lease, changes))) return NOTHING
      if (isConcluding(next)) return undefined
      if (isAhead) {
        await sleep(pauseAfterPage(now() - begun, others()), undefined, { signal }).catch(() => undefined)
        continue
      }
      if (isOver()) return await giveBack(ports, lease)
      reading = read(next)
      phase = next.phase
    }
  } finally {
    abandoned.abort()
  }
}

/** False when the lease was lost. */
async function commit({ pages }: Needs, lease: Lease, page: RunPage): Promise<boolean> {
  if (!(await pages.commitPage(lease, page))) return false
  lease.fruitless = 0
  lease.deltaLink = page.deltaLink ?? lease.deltaLink
  lease.checkpoint = page.next
  if (page.warning) lease.rules = null
  return true
}

/** Decides on all staged changes at once, then applies them, except removals that an admin is asked about (S50). */
async function conclude(ports: Needs, lease: Lease, isOver: () => boolean): Promise<Continuation> {
  if (lease.checkpoint !== 'apply') {
    const decision = await ports.endings.decide(lease)
    if (decision === 'lost') return NOTHING
    if (decision !== 'apply') return { next: await ports.schedule.nextOfAccount(lease.accountId), delaySeconds: 0 }
  }
  for (let left = lease.preview ? 'all' : 'more'; left !== 'all'; ) {
    left = await ports.pages.applyStaged(lease, APPLIED_AT_ONCE)
    if (left === 'lost') return NOTHING
    if (left === 'more' && isOver()) return giveBack(ports, lease)
  }
  if (!(await ports.endings.finish(lease))) return NOTHING
  return { next: await ports.schedule.nextOfAccount(lease.accountId), delaySeconds: 0 }
}

/** Whether a round of changes is one page without changes, as most are: only its end is to be committed. */
function isQuietRound(lease: Lease, page: RunPage, next: Checkpoint): boolean {
  if (lease.kind !== 'delta' || lease.preview || lease.isApproved) return false
  if (lease.checkpoint !== null || next.phase !== 'decide') return false
  const { seen, users, unsynced, skipped, nameless, staged, met, setMembers, warning } = page
  return (
    seen + users.length + unsynced.length + skipped.length + nameless + staged.length + met.length === 0 &&
    !setMembers &&
    !warning
  )
}

function isConcluding({ phase }: Checkpoint): boolean {
  return phase === 'decide' || phase === 'apply'
}

async function settle(ports: Needs, lease: Lease, decision: FailureDecision): Promise<Continuation> {
  if (decision.kind === 'fail') return fail(ports, lease, decision.failure)
  if (decision.kind === 'restart') return { next: await ports.endings.restart(lease), delaySeconds: 0 }
  if (decision.kind === 'resync') return { next: await fallBack(ports, lease), delaySeconds: 0 }
  return { next: await ports.leases.release(lease, decision.seconds, decision.reason), delaySeconds: decision.seconds }
}

/** A delta becomes a full comparison, once; a run that lists restarts, and so does an approved one, which keeps its plan. */
async function fallBack(ports: Needs, lease: Lease): Promise<DueRun | undefined> {
  const { kind, isApproved } = lease
  return kind === 'delta' && !isApproved ? ports.endings.fallBackToFull(lease) : ports.endings.restart(lease)
}

async function giveBack(ports: Needs, lease: Lease): Promise<Continuation> {
  return { next: await ports.leases.release(lease, 0), delaySeconds: 0 }
}

async function fail(ports: Needs, lease: Lease, failure: RunFailure): Promise<Continuation> {
  if (!(await ports.endings.fail(lease, failure))) return NOTHING
  return { next: await ports.schedule.nextOfAccount(lease.accountId), delaySeconds: 0 }
}

/** The registry disconnects accounts itself; this covers a lost message (S49). */
async function disconnect(ports: Needs, lease: Lease): Promise<Continuation> {
  const outcome = await fail(ports, lease, GONE)
  const entry = {
    action: 'users.disconnect',
    actor: 'user-sync-worker',
    outcome: 'success' as const,
    target: lease.accountId,
  }
  await ports.accountUsers.disconnect(lease.tenantId, lease.accountId, { ...entry, tenantId: lease.tenantId })
  return outcome
}

const NO_PROGRESS: RunFailure = {
  code: 'no-progress',
  message: 'The run made no progress for a long time and was given up.',
  remedy: 'Let whoever runs the platform look at the log of the worker.',
}

const GONE: RunFailure = { code: 'account-not-found', message: 'The Microsoft 365 account was removed.' }

function refusalOf(lease: Lease, connection: Connection): RunFailure | undefined {
  if (!connection.enabled)
    return { code: 'account-not-enabled', message: 'The Microsoft 365 account is not enabled: test its connection.' }
  if (connection.directoryId !== lease.directoryId) {
    return {
      code: 'account-changed',
      message: 'The account was connected to another directory after the run was asked for.',
    }
  }
  return undefined
}
