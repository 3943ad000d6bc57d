import type { ExtensionHold, ExtensionHolder, PhoneUser } from '@jackfield/contract/roster/phone-user'

/** How many days the extensions of people who left are held for them; 0: until an admin frees them. */
export type HoldPolicy = { deletedDays: number; disabledDays: number }
export type Standing = { status: PhoneUser['status']; statusSince: Date }

/** The holder of an extension, as the roster has it. */
export type ReadHolder = { userId: string; displayName: string; status: PhoneUser['status']; statusSince: string }

const DAY_MS = 86_400_000

/** How an extension is held for a user; undefined while they are active. Days are 24 hours. */
export function holdOf({ status, statusSince }: Standing, policy: HoldPolicy): ExtensionHold | undefined {
  if (status === 'active') return undefined
  const days = daysFor(status, policy)
  const until = days === 0 ? null : new Date(statusSince.getTime() + days * DAY_MS).toISOString()
  return { since: statusSince.toISOString(), until }
}

export function holderOf(read: ReadHolder | null, policy: HoldPolicy): ExtensionHolder | null {
  if (!read) return null
  const { userId, displayName, status, statusSince } = read
  const hold = holdOf({ status, statusSince: new Date(statusSince) }, policy)
  return hold ? { userId, displayName, hold } : { userId, displayName }
}

/** The latest departure whose extensions are released now; null: never without an admin. */
export function goneSince(policy: HoldPolicy, now: Date): Record<'deleted' | 'disabled', Date | null> {
  const limit = (status: 'deleted' | 'disabled') => {
    const days = daysFor(status, policy)
    return days === 0 ? null : new Date(now.getTime() - days * DAY_MS)
  }
  return { deleted: limit('deleted'), disabled: limit('disabled') }
}

function daysFor(status: 'deleted' | 'disabled', { deletedDays, disabledDays }: HoldPolicy): number {
  return status === 'deleted' ? deletedDays : disabledDays
}
