import type { Administrator } from '@jackfield/contract/administrator'
import type { RosterEntry } from '@jackfield/contract/internal-api'
import { isLoginRevoked } from './admission.ts'

export type ControlRefusal = 'not-administrator' | 'not-active'
export type ControlAdmission = { kind: 'admitted'; administrator: Administrator } | { kind: ControlRefusal }

/**
 * Whether somebody whom Microsoft vouched for may be in Control. Administrators need not be phone users; one who is goes when the directory
 * has disabled or deleted them. `signedInAt` is that of a session under way.
 */
export function decideControlAdmission(
  administrator: Administrator | undefined,
  person: RosterEntry | undefined,
  signedInAt?: number,
): ControlAdmission {
  if (!administrator) return { kind: 'not-administrator' }
  if (person && person.status !== 'active') return { kind: 'not-active' }
  if (person && signedInAt !== undefined && isLoginRevoked(person, signedInAt)) return { kind: 'not-active' }
  return { kind: 'admitted', administrator }
}
