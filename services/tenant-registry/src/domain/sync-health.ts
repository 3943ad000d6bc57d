import type { SyncFailure } from '@jackfield/contract/microsoft/sync-health'
import type { AccountRecord } from './microsoft-account.ts'

type Event = { action: string; outcome: 'success' | 'failure'; details: Record<string, string> }
export type HealthChange = { kind: 'none' } | { kind: 'changed'; event: Event | undefined }

/** What a report of the worker changes: a further failure is stored without an event. */
export function healthChange(
  { syncFailure: before }: Pick<AccountRecord, 'syncFailure'>,
  failure: SyncFailure | null,
): HealthChange {
  if (!before && !failure) return { kind: 'none' }
  if (before && failure) return isSame(before, failure) ? { kind: 'none' } : { kind: 'changed', event: undefined }
  if (!failure)
    return { kind: 'changed', event: { action: 'microsoft-account.in-step', outcome: 'success', details: {} } }
  const { code, message, since, failures } = failure
  const details = { code, message: message.slice(0, 500), since, failures: String(failures) }
  return { kind: 'changed', event: { action: 'microsoft-account.not-in-step', outcome: 'failure', details } }
}

function isSame(one: SyncFailure, other: SyncFailure): boolean {
  return (
    one.since === other.since &&
    one.failures === other.failures &&
    one.code === other.code &&
    one.message === other.message
  )
}
