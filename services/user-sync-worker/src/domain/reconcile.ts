import type { DirectoryItem } from './directory-item.ts'
import type { DirectoryUser } from './directory-user.ts'
import { haveSameAttributes } from './person-attributes.ts'

export type Status = 'active' | 'disabled' | 'deleted'
/** A person of the roster; with `isStaged` as staged by this run. */
export type KnownUser = { user: DirectoryUser; status: Status; isStaged?: boolean }
export type Change = { user: DirectoryUser; status: Status }
export type Reconciled = {
  changes: Change[]
  /** People about whom the page is contradictory or incomplete: they must be read by id. */
  ambiguous: string[]
  /** Whole objects of people who are not in the roster. */
  strangers: DirectoryUser[]
}

/**
 * What a page of the directory changes in the roster. Items apply in order, several about one person are merged, and
 * absent properties keep their values. `known` are the synced people among the page's.
 */
export function reconcile(items: readonly DirectoryItem[], known: ReadonlyMap<string, KnownUser>): Reconciled {
  const merged = new Map<string, KnownUser>()
  const strangers = new Map<string, DirectoryUser>()
  const ambiguous = new Set<string>()
  const removed = new Set<string>()
  for (const item of items) {
    if (item.kind === 'unreadable') continue
    const before = merged.get(item.id) ?? known.get(item.id)
    if (!before) {
      if (item.kind === 'present' && item.whole) strangers.set(item.id, item.whole)
      else strangers.delete(item.id)
      continue
    }
    const isRemoval = item.kind === 'removed'
    // Graph guarantees no order: a removal and a presence in one round contradict each other.
    if (merged.has(item.id) && removed.has(item.id) !== isRemoval) ambiguous.add(item.id)
    if (isRemoval) removed.add(item.id)
    if (isRemoval && item.isOdd) ambiguous.add(item.id)
    if (before.isStaged && isRemoval === (before.status === 'active')) ambiguous.add(item.id)
    if (item.kind === 'present' && item.told.accountEnabled === undefined && before.status !== 'active')
      ambiguous.add(item.id)
    merged.set(item.id, isRemoval ? { ...before, status: statusAfterRemoval(item.reason) } : told(before, item.told))
  }
  const changes = [...merged].flatMap(([id, after]) =>
    ambiguous.has(id) || isSame(known.get(id), after) ? [] : [changeOf(after)],
  )
  return { changes, ambiguous: [...ambiguous], strangers: [...strangers.values()] }
}

/** `changed`: in the recycle bin for 30 days, and restorable as the same person. */
function statusAfterRemoval(reason: 'changed' | 'deleted'): Status {
  return reason === 'deleted' ? 'deleted' : 'disabled'
}

function told(before: KnownUser, properties: Partial<DirectoryUser>): KnownUser {
  const user = { ...before.user, ...properties }
  if (typeof properties.accountEnabled !== 'boolean') return { user, status: before.status }
  return { user, status: properties.accountEnabled ? 'active' : 'disabled' }
}

function changeOf({ user, status }: KnownUser): Change {
  return { user: { ...user, accountEnabled: status === 'active' }, status }
}

/** The status covers `accountEnabled`. */
function isSame(before: KnownUser | undefined, after: KnownUser): boolean {
  return before !== undefined && before.status === after.status && haveSameAttributes(before.user, after.user)
}
