import type { PersonAttributes } from '@jackfield/contract/roster/person-attributes'
import { ATTRIBUTE_NAMES, ATTRIBUTES } from './person-attributes.ts'

/** A person as the directory gives it. */
export type DirectoryUser = PersonAttributes & {
  id: string
  /** Null when unknown: a known status stays, a newcomer is disabled, and no rule syncs them (T-126). */
  accountEnabled: boolean | null
}

export type ReadUser =
  | { kind: 'user'; user: DirectoryUser }
  /** `id` is null when it could not be read either. */
  | { kind: 'unreadable'; id: string | null; reason: string }

/** The properties requested of Graph's user; all others stay at Microsoft. */
export const USER_PROPERTIES = ['id', ...ATTRIBUTE_NAMES, 'accountEnabled'] as const

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** An unreadable object is a value, so that it does not fail its page (SI-07). */
export function readDirectoryUser(value: unknown): ReadUser {
  const raw = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  const id = typeof raw.id === 'string' ? raw.id.toLowerCase() : ''
  if (!GUID.test(id)) return { kind: 'unreadable', id: null, reason: 'The directory gave no object id.' }
  const user: Record<string, unknown> = { id }
  for (const { name, form, longest } of ATTRIBUTES) user[name] = READERS[form](raw[name], longest)
  if (!raw.userType && isInvited(raw.userPrincipalName)) user.userType = 'Guest'
  user.accountEnabled = typeof raw.accountEnabled === 'boolean' ? raw.accountEnabled : null
  if (user.userPrincipalName === null) return { kind: 'unreadable', id, reason: 'The user has no user principal name.' }
  user.displayName ??= user.userPrincipalName
  return { kind: 'user', user: user as DirectoryUser }
}

const READERS = { text: readText, texts: readTexts, 'user-type': readUserType }

/** Old objects have none (S31). An unknown type is a Guest, as rules may admit Members (T-126); so is an invited person. */
function readUserType(value: unknown): 'Member' | 'Guest' {
  if (value === undefined || value === null || value === '') return 'Member'
  return typeof value === 'string' && value.toLowerCase() === 'member' ? 'Member' : 'Guest'
}

/** Entra ID puts the mark into the user principal name of every guest it invites. */
function isInvited(userPrincipalName: unknown): boolean {
  return typeof userPrincipalName === 'string' && /#EXT#@/i.test(userPrincipalName)
}

/** Text that Postgres stores: no NUL, no lone surrogate, not longer than `longest`. */
function readText(value: unknown, longest: number): string | null {
  if (typeof value !== 'string' || value === '') return null
  if (value.length <= longest && !value.includes('\0') && value.isWellFormed()) return value
  return value.replaceAll('\0', '').slice(0, longest).toWellFormed() || null
}

function readTexts(value: unknown, longest: number): string[] {
  return (Array.isArray(value) ? value : []).map((text) => readText(text, longest)).filter((text) => text !== null)
}
