import { type DirectoryUser, type ReadUser, readDirectoryUser } from './directory-user.ts'

/** An object in a listing or a round of changes. In a round an absent property is unknown, never empty. */
export type DirectoryItem =
  | { kind: 'present'; id: string; told: Partial<Omit<DirectoryUser, 'id'>>; whole: DirectoryUser | undefined }
  /** `isOdd`: the removal has an unknown form. */
  | { kind: 'removed'; id: string; reason: 'changed' | 'deleted'; isOdd?: boolean }
  /** `id` is null when it could not be read either. */
  | { kind: 'unreadable'; id: string | null; reason: string }

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const ANY_NAME = 'name'

export function readDirectoryItem(value: unknown): DirectoryItem {
  const raw: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {}
  const id = typeof raw.id === 'string' ? raw.id.toLowerCase() : ''
  if (!GUID.test(id)) return { kind: 'unreadable', id: null, reason: 'The directory gave no object id.' }
  if (raw['@removed'] !== undefined) return readRemoval(id, raw['@removed'])
  const whole = readDirectoryUser(raw)
  // Read with a placeholder name, so that a change without a name is read too.
  const read = readDirectoryUser({ ...raw, userPrincipalName: nameOf(raw) ?? ANY_NAME })
  if (read.kind === 'unreadable') return read
  const { id: _, ...properties } = read.user
  const told = Object.entries(properties).filter(
    ([key]) => raw[key] !== undefined && !(isNeverCleared(key) && !raw[key]),
  )
  return { kind: 'present', id, told: Object.fromEntries(told), whole: whole.kind === 'user' ? whole.user : undefined }
}

/** `{"reason":"changed"}`, or the reason alone as in notifications of members. Any other form is odd (T-126). */
function readRemoval(id: string, removed: unknown): DirectoryItem {
  const told = typeof removed === 'object' && removed !== null && 'reason' in removed ? removed.reason : removed
  const reason = typeof told === 'string' ? told.toLowerCase() : undefined
  if (reason === 'changed' || reason === 'deleted') return { kind: 'removed', id, reason }
  return { kind: 'removed', id, reason: 'changed', isOdd: true }
}

/** What was read of each person, by id. Entries without an id are left out. */
export function itemsById(read: readonly ReadUser[]): Map<string, DirectoryItem> {
  return new Map(itemsOf(read).flatMap((item) => (item.id === null ? [] : [[item.id, item] as const])))
}

export function itemsOf(read: readonly ReadUser[]): DirectoryItem[] {
  return read.map((entry) => (entry.kind === 'user' ? itemOf(entry.user) : entry))
}

/** A user of a listing, which gives all properties. */
export function itemOf(user: DirectoryUser): DirectoryItem {
  const { id, ...told } = user
  return { kind: 'present', id, told, whole: user }
}

/** Microsoft never clears a name or type: an empty one is unknown, and must not make a guest a Member (T-126). */
function isNeverCleared(key: string): boolean {
  return key === 'userPrincipalName' || key === 'displayName' || key === 'userType'
}

function nameOf(raw: Record<string, unknown>): string | undefined {
  return typeof raw.userPrincipalName === 'string' && raw.userPrincipalName !== '' ? raw.userPrincipalName : undefined
}
