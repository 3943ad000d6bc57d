import type { SyncRunJob } from '@jackfield/contract/internal/queues'
import type { ImportFilter, ImportRequest } from '@jackfield/contract/microsoft/import-request'
import type { ImportRules } from '@jackfield/contract/microsoft/import-rule'
import type { SyncRun } from '@jackfield/contract/microsoft/sync-run'
import type { RunFailure } from './domain/directory-failure.ts'
import type { DirectoryUser } from './domain/directory-user.ts'
import type { Change } from './domain/reconcile.ts'
import type { RosterUser } from './domain/run-page.ts'
import type { Ticks } from './domain/user-ticks.ts'

// A sync run as its adapters and its job hand it to each other.

export type NewRun = {
  tenantId: string
  accountId: string
  directoryId: string
  requestedBy: string
  preview?: boolean
  request: ImportRequest | { mode: 'delta' | 'full' }
  /** Tried by a preview; other runs follow the account's rules. */
  rules?: ImportRules
}
/** The right to work on a run for a while, until another worker takes it with a higher token. */
export type Lease = {
  runId: string
  tenantId: string
  accountId: string
  directoryId: string
  token: number
  kind: SyncRun['kind']
  requestedBy: string
  /** When the run was asked for: ticks set by hand since then stay (T-127). */
  askedAt: Date
  preview: boolean
  /** An admin has approved the run's removals: its plan is made again from the directory as it is now (T-128). */
  isApproved: boolean
  /** Removals in the directory wait for an approval. */
  hasWaiting: boolean
  /** Ticks of an import of everybody; null when users were chosen one by one. */
  everybody: Ticks | null
  filter: ImportFilter | null
  /** Import rules; null for an import, and where none are set. */
  rules: ImportRules | null
  /** How often a full comparison had been wished for when the run began to read. */
  fullWishes: number
  /** Groups and licences whose members the account's last run has read. */
  setsRead: readonly string[]
  /** The run's own delta link, and the one at which the account's last delta ended. */
  deltaLink: string | null
  accountLink: string | null
  checkpoint: string | null
  /** Users to see, when known, and users seen. */
  total: number | null
  seen: number
  restarts: number
  fruitless: number
}
export type DueRun = { job: SyncRunJob; slice: number; kind: SyncRun['kind'] }
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
  /** People of the roster whom a full comparison met: their removal is staged unread no longer. */
  met: string[]
  /** People whom the page tells to be enabled and whom the run does not remove. */
  returned?: string[]
  /** People whose approved removal is replaced by what is staged now. */
  replanned?: string[]
  /** Where the run goes on. */
  next: string
  /** The run's place in the directory's changes, when this page told it. */
  deltaLink?: string
  /** Whom this page found in a group, or with a licence, that import rules name. */
  setMembers?: { key: string; ids: string[] }
  /** Why the run goes on without import rules. */
  warning?: RunFailure
}
/** `finished`: nothing was left to do. `lost`: another worker has the lease. */
export type RunDecision = 'apply' | 'finished' | 'lost'
export type HeldUser = { id: string; status: Change['status']; ticks: Ticks | null }
export type AppliedBatch = 'more' | 'all' | 'lost'
/** What the job of a run reads and writes page by page. */
export type RunPages = {
  /** The synced people among `ids`, as the run would leave them so far. */
  knownUsers(lease: Lease, ids: readonly string[], alsoUnsynced?: boolean): Promise<Map<string, RosterUser>>
  /** Which of the sets that the rules name each of `ids` is in. */
  memberships(lease: Lease, ids: readonly string[]): Promise<Map<string, ReadonlySet<string>>>
  /** Who is in other sets than when the account's last run read them, in order. */
  changedMembers(lease: Lease, after: string | null, limit: number): Promise<string[]>
  /** Stages the removal of synced people whom the full comparison has not met: unread, until a page meets them. */
  stageMissing(lease: Lease): Promise<void>
  /** People whose removal is staged unread, in order. */
  unreadUsers(lease: Lease, page: { after: string | null; limit: number; alsoActive: boolean }): Promise<string[]>
  /** Whether the removals staged so far are too many for the removal fuse (S50). */
  asksAboutStaged(lease: Lease): Promise<boolean>
  /** People whose removal was approved. */
  heldUsers(lease: Lease, after: string | null, limit: number): Promise<HeldUser[]>
  applyStaged(lease: Lease, limit: number): Promise<AppliedBatch>
  /** False, and nothing is written, when the lease was lost. */
  commitPage(lease: Lease, page: RunPage): Promise<boolean>
  nextSelection(lease: Lease, after: string | null, limit: number): Promise<Array<{ id: string; ticks: Ticks }>>
}
