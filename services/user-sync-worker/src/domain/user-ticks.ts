import type { PhoneUserPatch } from '@jackfield/contract/roster/phone-user'

export type Ticks = { sync: boolean; sso: boolean }
export type TicksDecision = { kind: 'change'; ticks: Ticks } | { kind: 'unchanged' } | { kind: 'sso-needs-sync' }

/** SSO needs sync (S33): switching sync off takes SSO along; asking for SSO without sync is refused. */
export function decideTicks(current: Ticks, patch: PhoneUserPatch): TicksDecision {
  const sync = patch.sync ?? current.sync
  if (patch.sso === true && !sync) return { kind: 'sso-needs-sync' }
  const sso = (patch.sso ?? current.sso) && sync
  return sync === current.sync && sso === current.sso ? { kind: 'unchanged' } : { kind: 'change', ticks: { sync, sso } }
}
