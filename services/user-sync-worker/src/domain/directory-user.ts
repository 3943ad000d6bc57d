import type { MicrosoftUser } from '@jackfield/contract/microsoft-user'

/** A person as the directory tells it, without anything of the roster. */
export type DirectoryUser = Omit<MicrosoftUser, 'imported' | 'sync' | 'sso' | 'accountEnabled'> & {
  /** Null when the directory does not say: a status stays, a newcomer is not active, no rule brings them (T-126). */
  accountEnabled: boolean | null
}

export type ReadUser =
  | { kind: 'user'; user: DirectoryUser }
  /** `id` is null when not even that could be read. */
  | { kind: 'unreadable'; id: string | null; reason: string }

/** The properties of Graph's user that we ask for; anything else stays at Microsoft. */
export const USER_PROPERTIES = [
  'id',
  'displayName',
  'givenName',
  'surname',
  'userPrincipalName',
  'mail',
  'businessPhones',
  'mobilePhone',
  'jobTitle',
  'department',
  'employeeId',
  'accountEnabled',
  'userType',
] as const

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const LONGEST_NAME = 256
const LONGEST_PRINCIPAL_NAME = 1024

/** One unreadable object never fails its page: it is told, and the others go on (SI-07). */
export function readDirectoryUser(value: unknown): ReadUser {
  const raw = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  const id = typeof raw.id === 'string' ? raw.id.toLowerCase() : ''
  if (!GUID.test(id)) return { kind: 'unreadable', id: null, reason: 'The directory gave no object id.' }
  const userPrincipalName = readText(raw.userPrincipalName, LONGEST_PRINCIPAL_NAME)
  if (userPrincipalName === null) return { kind: 'unreadable', id, reason: 'The user has no user principal name.' }
  const phones = Array.isArray(raw.businessPhones) ? raw.businessPhones : []
  return {
    kind: 'user',
    user: {
      id,
      displayName: readText(raw.displayName, LONGEST_NAME) ?? userPrincipalName,
      givenName: readText(raw.givenName, LONGEST_NAME),
      surname: readText(raw.surname, LONGEST_NAME),
      userPrincipalName,
      mail: readText(raw.mail, LONGEST_PRINCIPAL_NAME),
      businessPhones: phones.map((phone) => readText(phone, LONGEST_NAME)).filter((phone) => phone !== null),
      mobilePhone: readText(raw.mobilePhone, LONGEST_NAME),
      jobTitle: readText(raw.jobTitle, LONGEST_NAME),
      department: readText(raw.department, LONGEST_NAME),
      employeeId: readText(raw.employeeId, LONGEST_NAME),
      accountEnabled: typeof raw.accountEnabled === 'boolean' ? raw.accountEnabled : null,
      userType: readUserType(raw.userType),
    },
  }
}

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
