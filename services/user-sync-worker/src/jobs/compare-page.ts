import type { DirectoryFailure } from '../domain/directory-failure.ts'
import { type DirectoryItem, itemOf } from '../domain/directory-item.ts'
import type { DirectoryUser, ReadUser } from '../domain/directory-user.ts'
import { reconcile } from '../domain/reconcile.ts'
import type { pageOfEverybody } from '../domain/run-page.ts'
import type { Lease, RunPage, StagedUser, SyncRuns } from '../sync-run-ports.ts'

type Found = { kind: 'found'; users: ReadUser[] } | DirectoryFailure
export type Compared = Pick<RunPage, 'seen' | 'staged' | 'met' | 'skipped' | 'nameless'> & {
  known: Awaited<ReturnType<SyncRuns['knownUsers']>>
  /** Who is in the directory and not synced; those of them of whom the page tells everything. */
  unknown: string[]
  strangers: DirectoryUser[]
}
type Needs = Pick<SyncRuns, 'knownUsers'>

/** What a page says about people of the roster. Where it says two things, `find` asks for them one by one; a listing never does. */
export async function compared(lease: Lease, page: readonly ReadUser[], runs: Needs): Promise<Compared>
export async function compared(
  lease: Lease,
  page: readonly DirectoryItem[],
  runs: Needs,
  find: (ids: readonly string[]) => Promise<Found>,
): Promise<Compared | DirectoryFailure>
export async function compared(
  lease: Lease,
  page: readonly (ReadUser | DirectoryItem)[],
  runs: Needs,
  find?: (ids: readonly string[]) => Promise<Found>,
): Promise<Compared | DirectoryFailure> {
  const items = page.map((entry) => (entry.kind === 'user' ? itemOf(entry.user) : entry))
  const unreadable = items.filter((item) => item.kind === 'unreadable')
  const ids = [...new Set(items.flatMap((item) => (item.id === null ? [] : [item.id])))]
  const known = await runs.knownUsers(lease, ids)
  const first = reconcile(items, known)
  const staged = [...first.changes]
  if (find && first.ambiguous.length > 0) {
    const found = await find(first.ambiguous)
    if (found.kind !== 'found') return found
    const unstaged = new Map([...known].map(([id, { user, status }]) => [id, { user, status }]))
    staged.push(...reconcile(settled(first.ambiguous, items, found.users), unstaged).changes)
  }
  return {
    seen: ids.length + unreadable.filter(({ id }) => id === null).length,
    staged,
    met: lease.kind === 'full' ? ids.filter((id) => known.has(id)) : [],
    skipped: unreadable.flatMap(({ id, reason }) => (id === null ? [] : [{ id, reason }])),
    nameless: unreadable.filter(({ id }) => id === null).length,
    known,
    unknown: ids.filter((id) => !known.has(id) && items.findLast((item) => item.id === id)?.kind === 'present'),
    strangers: first.strangers,
  }
}

/** An import writes at once, but nobody's end: whom it would disable waits for the end of the run with its ticks (S50). */
export async function heldBack(
  lease: Lease,
  content: ReturnType<typeof pageOfEverybody>,
  runs: Needs,
): Promise<ReturnType<typeof pageOfEverybody> & { staged: StagedUser[] }> {
  const disabled = content.users.filter(({ user }) => !user.accountEnabled)
  const known = await runs.knownUsers(
    lease,
    disabled.map(({ user }) => user.id),
    true,
  )
  const held = new Set([...known].filter(([, { status }]) => status === 'active').map(([id]) => id))
  const staged = disabled.filter(({ user }) => held.has(user.id)).map(({ user, ticks }) => ({ user, ticks, status: 'disabled' as const }))
  return { ...content, users: content.users.filter(({ user }) => !held.has(user.id)), staged }
}

/** What was read one by one is the truth; who was not found is removed, as the page said last. */
function settled(ids: readonly string[], items: readonly DirectoryItem[], found: readonly ReadUser[]): DirectoryItem[] {
  const here = new Map(found.flatMap((read) => (read.kind === 'user' ? [[read.user.id, itemOf(read.user)] as const] : [])))
  return ids.map((id) => {
    const removal = items.findLast((item) => item.id === id && item.kind === 'removed')
    return here.get(id) ?? removal ?? { kind: 'removed', id, reason: 'changed' }
  })
}
