import type { ImportRequest } from '@jackfield/contract/microsoft/import-request'
import type { MicrosoftUserCount } from '@jackfield/contract/microsoft/microsoft-user'

/** Guests and disabled people are included only if chosen (FC-31). */
export type Everyone = { sso: boolean; guests: boolean; disabled: boolean }

export const EVERYONE: Everyone = { sso: false, guests: false, disabled: false }

export function importOfEveryone({ sso, guests, disabled }: Everyone): ImportRequest {
  const filter = { ...(!guests && { userType: 'Member' as const }), ...(!disabled && { accountEnabled: true }) }
  return { all: true, sync: true, sso, ...(Object.keys(filter).length > 0 && { filter }) }
}

/** How many of the directory's people an import would bring. */
export function countOfEveryone(counts: MicrosoftUserCount, { guests, disabled }: Everyone): number {
  const without = (guests ? 0 : counts.guests) + (disabled ? 0 : counts.disabled)
  // disabled guests are in both counts
  return counts.total - without + (guests || disabled ? 0 : counts.disabledGuests)
}
