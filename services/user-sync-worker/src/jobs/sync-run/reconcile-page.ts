import type { DirectoryFailure } from '../../domain/directory-failure.ts'
import { type DirectoryItem, itemsById } from '../../domain/directory-item.ts'
import type { DirectoryUser } from '../../domain/directory-user.ts'
import { setsOf, ticksByRules } from '../../domain/import-rules.ts'
import { reconcile } from '../../domain/reconcile.ts'
import type { RosterUser } from '../../domain/run-page.ts'
import type { Lease, RunPage, StagedUser } from '../../sync-run-ports.ts'
import type { FindUsers, SourcePorts } from './run-source.ts'

type Content = Pick<RunPage, 'seen' | 'staged' | 'met' | 'skipped' | 'nameless' | 'returned'>
export type Reconciled = {
  kind: 'reconciled'
  content: Content
  /** People who are not synced and whom the page tells whole. */
  strangers: DirectoryUser[]
}
type Needs = {
  pages: SourcePorts['pages']
  find: FindUsers
  /** Whether the page tells people whole, as a listing does; a round of changes tells what changed. */
  isWhole: boolean
}

/**
 * What a page changes in the roster, by comparison and by import rules; all of it is staged until the run ends. People
 * about whom the page says two things are read by id.
 */
export async function reconcilePage(
  lease: Lease,
  items: readonly DirectoryItem[],
  { pages, find, isWhole }: Needs,
): Promise<Reconciled | DirectoryFailure> {
  const unreadable = items.filter((item) => item.kind === 'unreadable')
  const nameless = unreadable.filter(({ id }) => id === null).length
  const ids = [...new Set(items.flatMap((item) => (item.id === null ? [] : [item.id])))]
  const known = await pages.knownUsers(lease, ids)
  const { changes, ambiguous, strangers } = reconcile(items, known)
  const staged: StagedUser[] = [...changes]
  if (ambiguous.length > 0) {
    const found = await find(ambiguous)
    if (found.kind !== 'found') return found
    // Read by id they are as they are now, whatever this run staged before.
    const unstaged = new Map([...known].map(([id, { user, status }]) => [id, { user, status }]))
    const read = itemsById(found.users)
    staged.push(
      ...reconcile(
        ambiguous.map((id) => read.get(id) ?? removalOf(id, items)),
        unstaged,
      ).changes,
    )
  }
  const content = {
    seen: ids.length + nameless,
    staged,
    met: lease.kind === 'full' ? ids.filter((id) => known.has(id)) : [],
    skipped: unreadable.flatMap(({ id, reason }) => (id === null ? [] : [{ id, reason }])),
    nameless,
    returned: returnedOf(items, staged),
  }
  if (!lease.rules) return { kind: 'reconciled', content, strangers }

  const unknown = ids.filter((id) => !known.has(id) && items.findLast((item) => item.id === id)?.kind === 'present')
  const found = isWhole ? { kind: 'found' as const, users: strangers } : await findWhole(find, unknown)
  if (found.kind !== 'found') return found
  const byRules = await changesByRules(lease, lease.rules, { known, staged, strangers: found.users }, pages)
  const returned = returnedOf(items, byRules)
  return { kind: 'reconciled', content: { ...content, staged: byRules, returned }, strangers }
}

/** People whom a page tells to be enabled, and whom what it stages does not remove. */
export function returnedOf(items: readonly DirectoryItem[], staged: readonly StagedUser[]): string[] {
  const removed = new Set(
    staged.flatMap(({ user, status, ticks }) => (status !== 'active' || ticks?.sync === false ? [user.id] : [])),
  )
  const isEnabled = (item: DirectoryItem) => item.kind === 'present' && item.told.accountEnabled === true
  return items.flatMap((item) => (item.id !== null && isEnabled(item) && !removed.has(item.id) ? [item.id] : []))
}

/** A person who was not found is removed, as the page said last. */
function removalOf(id: string, items: readonly DirectoryItem[]): DirectoryItem {
  const removal = items.findLast((item) => item.id === id && item.kind === 'removed')
  return { kind: 'removed', id, reason: removal?.kind === 'removed' ? removal.reason : 'changed' }
}

async function findWhole(find: FindUsers, ids: readonly string[]) {
  const found = await find(ids)
  if (found.kind !== 'found') return found
  return { kind: 'found' as const, users: found.users.flatMap((read) => (read.kind === 'user' ? [read.user] : [])) }
}

type Compared = { known: ReadonlyMap<string, RosterUser>; staged: readonly StagedUser[]; strangers: DirectoryUser[] }

/** What is staged, together with the people whom the account's import rules sync or let go. */
async function changesByRules(
  lease: Lease,
  rules: NonNullable<Lease['rules']>,
  { known, staged, strangers }: Compared,
  pages: SourcePorts['pages'],
): Promise<StagedUser[]> {
  const changes = new Map(staged.map((change) => [change.user.id, change]))
  const unsynced = await pages.knownUsers(
    lease,
    strangers.map(({ id }) => id),
    true,
  )
  const people = [
    ...[...known].map(([id, before]) => ({ ...(changes.get(id) ?? before), standing: before })),
    ...strangers.map((user) => {
      const status = user.accountEnabled ? ('active' as const) : ('disabled' as const)
      return { user, status, standing: unsynced.get(user.id) }
    }),
  ]
  const ids = people.map(({ user }) => user.id)
  const sets = setsOf(rules).length > 0 ? await pages.memberships(lease, ids) : undefined
  for (const { user, status, standing } of people) {
    const ticks = status === 'active' ? ticksByRules(rules, user, standing, sets?.get(user.id)) : undefined
    if (ticks) changes.set(user.id, { user, status, ticks })
  }
  return [...changes.values()]
}
