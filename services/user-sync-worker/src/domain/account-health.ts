import type { SyncFailure } from '@jackfield/contract/microsoft/sync-health'
import type { RunFailure } from './directory-failure.ts'

/** Failed runs in a row after which an account is not in step. */
export const FAILURES_IN_A_ROW = 2
/** How long a run may take no step; short waits for Microsoft are over by then. */
export const STALLED_AFTER_SECONDS = 120
/** Codes of failures that an admin caused on purpose. */
export const BY_ADMINS: readonly string[] = ['account-not-enabled', 'account-changed', 'account-not-found']

export function saysOfAccount(code: string): boolean {
  return !BY_ADMINS.includes(code)
}

/** How old an account's last success may be although no run failed: some rounds, and half an hour without workers. */
export function overdueAfterSeconds({ deltaSeconds }: { deltaSeconds: number }): number {
  return 3 * deltaSeconds + 1_800
}

/** No run fails and none succeeds. */
export const OVERDUE: RunFailure = {
  code: 'overdue',
  message: 'The changes of users were not asked for any more, or no answer was taken in.',
  remedy:
    'Look at the runs of the account. Let whoever runs the platform see whether the worker runs, and what its log says.',
}

type Failing = { failure: RunFailure; failures: number; failingSince: Date; syncedAt: Date | null }

/** The registry's view of an account that is not in step. */
export function syncFailureOf({ failure, failures, failingSince, syncedAt }: Failing): SyncFailure {
  const { code, message, remedy = 'Look at the runs of the account.' } = failure
  const since = (syncedAt ?? failingSince).toISOString()
  return { code: code.slice(0, 64), message: message.slice(0, 1_000), remedy: remedy.slice(0, 500), since, failures }
}
