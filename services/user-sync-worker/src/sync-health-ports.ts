import type { SyncFailure } from '@jackfield/contract/sync-health'
import type { RunWait, SyncRun } from '@jackfield/contract/sync-run'

// Accounts that are not in step with their directory, and runs that make no progress: what the registry and the log are
// told of them.

export type UntoldHealth = {
  tenantId: string
  accountId: string
  /** Null when the account is in step again. */
  failure: SyncFailure | null
  /** The registry was told the contrary last. */
  isNews: boolean
  /** Of this claim. */
  until: Date
}
export type StalledRun = Pick<SyncRun, 'id' | 'tenantId' | 'accountId' | 'kind' | 'status'> & {
  since: string
  waitingFor: RunWait | null
}
export type SyncHealthBook = {
  /** Accounts whose last success is older than it should be are to be told of as well. How many. */
  noteOverdue(): Promise<number>
  /** Each handed to one caller for half a minute. */
  claimUntold(limit: number): Promise<UntoldHealth[]>
  /** The registry knows; what happened meanwhile is told next. */
  told(health: UntoldHealth): Promise<void>
  /** Runs that stand since a while, each once until it takes a step again. */
  noteStalled(): Promise<StalledRun[]>
  counts(): Promise<{ accountsNotInStep: number; stalledRuns: number }>
}
