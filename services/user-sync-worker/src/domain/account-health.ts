import type { SyncFailure } from '@jackfield/contract/sync-health'
import type { RunFailure } from './directory-failure.ts'

/** One run may fail for a moment's reason; so many in a row, and the account is not in step. */
export const FAILURES_IN_A_ROW = 2
/** A run that takes no step for so long makes no progress; short waits for Microsoft are over by then. */
export const STALLED_AFTER_SECONDS = 120
/** What stopped the run was done by an admin, on purpose. */
export const BY_ADMINS: readonly string[] = ['account-not-enabled', 'account-changed', 'account-not-found']

export function saysOfAccount(code: string): boolean {
  return !BY_ADMINS.includes(code)
}

/**
 * How old the last success of an account may be, though no run failed: some rounds, and half an hour in which workers
 * may be away.
 */
export function overdueAfterSeconds({ deltaSeconds }: { deltaSeconds: number }): number {
  return 3 * deltaSeconds + 1_800
}

/** No run fails, and none succeeds. */
export const OVERDUE: RunFailure = {
  code: 'overdue',
  message: 'The changes of users were not asked for any more, or no answer was taken in.',
  remedy:
    'Look at the runs of the account. Let whoever runs the platform see whether the worker runs, and what its log says.',
}

type Failing = { failure: RunFailure; failures: number; failingSince: Date; syncedAt: Date | null }

/** What the registry is told of an account that is not in step. */
export function syncFailureOf({ failure, failures, failingSince, syncedAt }: Failing): SyncFailure {
  const { code, message, remedy = 'Look at the runs of the account.' } = failure
  const since = (syncedAt ?? failingSince).toISOString()
  return { code: code.slice(0, 64), message: message.slice(0, 1_000), remedy: remedy.slice(0, 500), since, failures }
}
