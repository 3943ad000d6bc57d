import type { PersonAttributes } from '@jackfield/contract/person-attributes'
import { ATTRIBUTE_NAMES, ATTRIBUTES } from './person-attributes.ts'

/** A person as the directory tells it, without anything of the roster. */
export type DirectoryUser = PersonAttributes & {
  id: string
  /** Null when the directory does not say: a status stays, a newcomer is not active, no rule brings them (T-126). */
  accountEnabled: boolean | null
}

export type ReadUser =
  | { kind: 'user'; user: DirectoryUser }
  /** `id` is null when not even that could be read. */
  | { kind: 'unreadable'; id: string | null; reason: string }

/** The properties of Graph's user that we ask for; anything else stays at Microsoft. */
export const USER_PROPERTIES = ['id', ...ATTRIBUTE_NAMES, 'accountEnabled'] as const

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** One unreadable object never fails its page: it is told, and the others go on (SI-07). */
export function readDirectoryUser(value: unknown): ReadUser {
  const raw = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  const id = typeof raw.id === 'string' ? raw.id.toLowerCase() : ''
  if (!GUID.test(id)) return { kind: 'unreadable', id: null, reason: 'The directory gave no object id.' }
  const user: Record<string, unknown> = { id }
  for (const { name, form, longest } of ATTRIBUTES) user[name] = READERS[form](raw[name], longest)
  user.accountEnabled = typeof raw.accountEnabled === 'boolean' ? raw.accountEnabled : null
  if (user.userPrincipalName === null) return { kind: 'unreadable', id, reason: 'The user has no user principal name.' }
  user.displayName ??= user.userPrincipalName
  return { kind: 'user', user: user as DirectoryUser }
}

const READERS = { text: readText, texts: readTexts, 'user-type': readUserType }

/** Old objects have none (S31). Only what is told otherwise is no Member: rules may let Members in (T-126). */
function readUserType(value: unknown): 'Member' | 'Guest' {
  if (value === undefined || value === null || value === '') return 'Member'
  return typeof value === 'string' && value.toLowerCase() === 'member' ? 'Member' : 'Guest'
}

/** What Postgres can store: no NUL, no half of a surrogate pair, and not longer than Graph's own limits allow. */
function readText(value: unknown, longest: number): string | null {
  if (typeof value !== 'string' || value === '') return null
  if (value.length <= longest && !value.includes('\0') && value.isWellFormed()) return value
  return value.replaceAll('\0', '').slice(0, longest).toWellFormed() || null
}

function readTexts(value: unknown, longest: number): string[] {
  return (Array.isArray(value) ? value : []).map((text) => readText(text, longest)).filter((text) => text !== null)
}
