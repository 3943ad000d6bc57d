import type { Administrator } from '@jackfield/contract/administrator'
import type { RosterEntry } from '@jackfield/contract/internal-api'
import { isLoginRevoked } from './admission.ts'

export type ControlRefusal = 'not-administrator' | 'not-active'
export type ControlAdmission = { kind: 'admitted'; administrator: Administrator } | { kind: ControlRefusal }

/**
 * Decides whether an identity may use Control. Administrators need not be phone users; one who is loses access when the
 * directory disables or deletes them. `signedInAt` is the start of an existing session.
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
