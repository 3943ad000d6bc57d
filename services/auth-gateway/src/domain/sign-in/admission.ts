import type { Administrator } from '@jackfield/contract/access/administrator'
import type { RosterEntry } from '@jackfield/contract/internal/internal-api'

export type Refusal = 'not-imported' | 'not-active' | 'sso-not-enabled' | 'not-bound'
type Admission = { kind: 'admitted'; person: RosterEntry } | { kind: Refusal }

/** Decides whether a person may use an app: at sign-in, at every authorization, and whenever a token is issued. */
export function decideAdmission(person: RosterEntry | undefined, app: { requiresBinding: boolean }): Admission {
  if (!person?.sync) return { kind: 'not-imported' }
  if (person.status !== 'active') return { kind: 'not-active' }
  if (!person.sso) return { kind: 'sso-not-enabled' }
  if (app.requiresBinding && person.bindings.length === 0) return { kind: 'not-bound' }
  return { kind: 'admitted', person }
}

/** True when the login (seconds since 1970) is older than `sessionsValidAfter`. */
export function isLoginRevoked(person: Pick<RosterEntry, 'sessionsValidAfter'>, loginAt: number | undefined): boolean {
  if (person.sessionsValidAfter === null) return false
  return loginAt === undefined || loginAt * 1000 < Date.parse(person.sessionsValidAfter)
}

export type ControlRefusal = 'not-administrator' | 'not-active'
type ControlAdmission = { kind: 'admitted'; administrator: Administrator } | { kind: ControlRefusal }

/**
 * Decides whether an identity may use Control. Administrators need not be phone users; those who are lose access when the
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
