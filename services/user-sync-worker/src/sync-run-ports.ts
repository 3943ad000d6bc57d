import type { ImportFilter, ImportRequest } from '@jackfield/contract/import-request'
import type { ImportRules, PlannedChange } from '@jackfield/contract/import-rule'
import type { Page } from '@jackfield/contract/page'
import type { SyncRunJob } from '@jackfield/contract/queues'
import type { RunWait, SyncRun } from '@jackfield/contract/sync-run'
import type { RunFailure } from './domain/directory-failure.ts'
import type { DirectoryUser } from './domain/directory-user.ts'
import type { Change } from './domain/reconcile.ts'
import type { RosterUser } from './domain/run-page.ts'
import type { Ticks } from './domain/user-ticks.ts'
import type { AuditEntry, BadCursor, IsSeen, PageRequest } from './ports.ts'

// Sync runs as they are kept: asked for, leased, advanced page by page, decided on, ended.

export type NewRun = {
  tenantId: string
  accountId: string
  directoryId: string
  requestedBy: string
  preview?: boolean
  request: ImportRequest | { mode: 'delta' | 'full' }
  /** Tried by a preview; otherwise the account's own count. */
  rules?: ImportRules
}
/** The right to work on a run for a while; worth nothing once somebody else took it with a higher token. */
export type Lease = {
  runId: string
  tenantId: string
  accountId: string
  directoryId: string
  token: number
  kind: SyncRun['kind']
  requestedBy: string
  preview: boolean
  /** Ticks of an import of everybody; null when users were chosen one by one. */
  everybody: Ticks | null
  filter: ImportFilter | null
  /** Who is synced without being ticked; null for an import, and where nobody set any. */
  rules: ImportRules | null
  /** Groups and licences whose members the account's last run read. */
  setsRead: readonly string[]
  /** The run's own place in the directory's changes, and where the account's last delta ended. */
  deltaLink: string | null
  accountLink: string | null
  checkpoint: string | null
  /** How many users there are to see, when known, and how many were. */
  total: number | null
  seen: number
  restarts: number
  fruitless: number
}
export type DueRun = { job: SyncRunJob; slice: number }
export type TickedUser = { user: DirectoryUser; ticks: Ticks }
/** A change that waits until the whole run is known; `ticks` when an import gives them. */
export type StagedUser = Change & { ticks?: Ticks }
export type SkippedUser = { id: string; reason: string }
/** What one transaction writes. `unsynced`: users whose sync is switched off; unknown ones stay unknown (S32). */
export type RunPage = {
  seen: number
  users: TickedUser[]
  unsynced: string[]
  skipped: SkippedUser[]
  /** Skipped objects that have no id to be listed by. */
  nameless: number
  staged: StagedUser[]
  /** People of the roster whom a full comparison met. */
  met: string[]
  /** Where the run goes on. */
  next: string
  /** The run's place in the directory's changes, when this page told it. */
  deltaLink?: string
  /** Whom this page found in a group, or with a licence, that import rules name. */
  setMembers?: { key: string; ids: string[] }
  /** Why the run goes on without import rules. */
  warning?: RunFailure
}
/** `finished`: nothing was left to be done. `lost`: the lease is somebody else's by now. */
export type RunDecision = 'apply' | 'awaiting-approval' | 'finished' | 'lost'
export type AppliedBatch = 'more' | 'all' | 'lost'
export type RunAnswer =
  | { kind: 'done'; due: DueRun | undefined }
  | { kind: 'not-found' | 'wrong-status' | 'version-conflict' }

export type SyncRuns = {
  create(run: NewRun, entry: (runId: string) => AuditEntry): Promise<DueRun>
  find(tenantId: string, runId: string): Promise<{ run: SyncRun; revision: number } | undefined>
  list(
    tenantId: string,
    page: PageRequest & { status?: SyncRun['status'] | undefined },
  ): Promise<Page<SyncRun> | BadCursor>
  /** What a run found and did not do, by object id; `removals`: only whom it would take something away from. */
  plannedChanges(
    tenantId: string,
    runId: string,
    page: PageRequest & { removals: boolean },
  ): Promise<Page<PlannedChange> | BadCursor>
  /** Undefined when the run is over, not due, held by another worker, or behind another run of its account. */
  takeLease(job: SyncRunJob): Promise<Lease | undefined>
  renewLease(lease: Lease): Promise<void>
  /**
   * Ends the slice, the run goes on not before `seconds` from now, for a `reason` where it has to wait. Undefined when
   * the lease was lost.
   */
  release(lease: Lease, seconds: number, reason?: RunWait): Promise<DueRun | undefined>
  setTotal(lease: Lease, total: number): Promise<void>
  /** The synced people among `ids`, as the run would leave them so far. */
  knownUsers(lease: Lease, ids: readonly string[], alsoUnsynced?: boolean): Promise<Map<string, RosterUser>>
  /** Which of the sets that the rules name each of `ids` is in. */
  memberships(lease: Lease, ids: readonly string[]): Promise<Map<string, ReadonlySet<string>>>
  /** Who is in other sets than when the account's last run read them, in order. */
  changedMembers(lease: Lease, after: string | null, limit: number): Promise<string[]>
  /** Synced people whom the full comparison has not met; `total` counts those after `after`. */
  missingUsers(lease: Lease, after: string | null, limit: number): Promise<{ ids: string[]; total: number }>
  /** All of them at once: so many that the fuse is going to ask anyway. */
  stageMissing(lease: Lease): Promise<void>
  /** The whole of the run is known now: shall it be done? */
  decide(lease: Lease): Promise<RunDecision>
  applyStaged(lease: Lease, limit: number): Promise<AppliedBatch>
  /** The run succeeded; the account's next delta begins where it ended. */
  finish(lease: Lease): Promise<boolean>
  /**
   * The same of a round of changes that told nothing and has written nothing, as most do. Undefined when the lease was
   * lost, otherwise the run that waited behind it.
   */
  finishQuietly(lease: Lease): Promise<{ next: DueRun | undefined } | undefined>
  /** The place in the changes is worth nothing any more: the same run compares everything. */
  fallBackToFull(lease: Lease): Promise<DueRun | undefined>
  /** An admin lets a run go on that asked, or ends one that is not over. */
  approve(tenantId: string, runId: string, by: string, entry: AuditEntry, isSeen?: IsSeen): Promise<RunAnswer>
  cancel(tenantId: string, runId: string, entry: AuditEntry, isSeen?: IsSeen): Promise<RunAnswer>
  /** Makes the runs that are due by the clock or by a notification. */
  schedule(limit: number): Promise<DueRun[]>
  /** Runs of long ago, and scheduled ones of yesterday that changed nothing. */
  forgetOld(): Promise<void>
  /** False, and nothing is written, when the lease was lost. */
  commitPage(lease: Lease, page: RunPage): Promise<boolean>
  restart(lease: Lease): Promise<DueRun | undefined>
  fail(lease: Lease, failure: RunFailure): Promise<boolean>
  nextSelection(lease: Lease, after: string | null, limit: number): Promise<Array<{ id: string; ticks: Ticks }>>
  /** Runs that wait or whose worker is gone, each handed to one caller for a few seconds. */
  claimDue(limit: number): Promise<DueRun[]>
  /** The run that waits behind a finished one of the same account. */
  nextOfAccount(accountId: string): Promise<DueRun | undefined>
}
