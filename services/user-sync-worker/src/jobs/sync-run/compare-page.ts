import type { DirectoryFailure } from '../../domain/directory-failure.ts'
import { type DirectoryItem, itemOf } from '../../domain/directory-item.ts'
import type { DirectoryUser, ReadUser } from '../../domain/directory-user.ts'
import { reconcile, type Status } from '../../domain/reconcile.ts'
import type { pageOfEverybody } from '../../domain/run-page.ts'
import type { Lease, ListedPeople, RunPage, RunPages, TickedUser } from '../../sync-run-ports.ts'

type Found = { kind: 'found'; users: ReadUser[] } | DirectoryFailure
export type Compared = Pick<RunPage, 'seen' | 'staged' | 'met' | 'skipped' | 'nameless'> & {
  known: Awaited<ReturnType<RunPages['knownUsers']>>
  /** Who is in the directory and not synced; those of them of whom the page tells everything. */
  unknown: string[]
  strangers: DirectoryUser[]
}
type Needs = Pick<RunPages, 'knownUsers'>

/** One page of so many is asked for whole, although those before it held only newcomers. */
const ASKED_AGAIN = 10

/**
 * What a page says about people of the roster. Where it says two things, `find` asks for them one by one; a listing
 * never does.
 */
export async function compared(lease: Lease, page: readonly ReadUser[], pages: Needs): Promise<Compared>
export async function compared(
  lease: Lease,
  page: readonly DirectoryItem[],
  pages: Needs,
  find: (ids: readonly string[]) => Promise<Found>,
): Promise<Compared | DirectoryFailure>
export async function compared(
  lease: Lease,
  page: readonly (ReadUser | DirectoryItem)[],
  pages: Needs,
  find?: (ids: readonly string[]) => Promise<Found>,
): Promise<Compared | DirectoryFailure> {
  const items = page.map((entry) => (entry.kind === 'user' ? itemOf(entry.user) : entry))
  const unreadable = items.filter((item) => item.kind === 'unreadable')
  const ids = [...new Set(items.flatMap((item) => (item.id === null ? [] : [item.id])))]
  const known = await pages.knownUsers(lease, ids)
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

/**
 * The same of a page of a listing that no rules look at: whoever is in the roster just as the page says is only met.
 */
export async function comparedByDigest(
  lease: Lease,
  page: readonly ReadUser[],
  pages: Pick<RunPages, 'knownUsers' | 'compareDigests'>,
  listed?: ListedPeople,
): Promise<Compared> {
  const users = page.flatMap((read) => (read.kind === 'user' ? [read.user] : []))
  const { different, unknown } = await pages.compareDigests(lease, users, listed)
  const [others, strangers] = [new Set(different), new Set(unknown)]
  const rest = await compared(
    lease,
    page.filter((read) => read.kind !== 'user' || others.has(read.user.id)),
    pages,
  )
  const same = users.flatMap(({ id }) => (others.has(id) || strangers.has(id) ? [] : [id]))
  const ids = new Set(page.flatMap((read) => (read.kind === 'user' ? [read.user.id] : (read.id ?? []))))
  return { ...rest, seen: ids.size + rest.nameless, met: [...new Set([...rest.met, ...same])] }
}

export function pageOf({ known: _, unknown: __, strangers: ___, ...page }: Compared) {
  return page
}

/**
 * What an import changes: it writes at once whoever differs, but nobody's end; whom it would disable waits for the end
 * of the run with its ticks (S50).
 */
export function changedBy(lease: Lease, pages: Pick<RunPages, 'differing'>) {
  let [areNew, asked] = [false, 0]

  async function differing(
    users: readonly TickedUser[],
    listed?: ListedPeople,
  ): Promise<Array<TickedUser & { known: Status | null }>> {
    asked += 1
    if (areNew && asked % ASKED_AGAIN !== 0) {
      // Everybody of the pages before was new: only of whom it matters is asked, and the statement that writes sees who
      // is not.
      const disabled = users.filter(({ user }) => user.accountEnabled === false)
      const known = new Map((await pages.differing(lease, disabled)).map((each) => [each.user.id, each.known]))
      return users.map((each) => ({ ...each, known: known.get(each.user.id) ?? null }))
    }
    const found = await pages.differing(lease, users, listed)
    areNew = found.length > 0 && found.length === users.length && found.every(({ known }) => known === null)
    return found
  }

  return async (
    content: ReturnType<typeof pageOfEverybody>,
    listed?: ListedPeople,
  ): Promise<ReturnType<typeof pageOfEverybody> & Pick<RunPage, 'staged' | 'areNewcomers'>> => {
    const users = await differing(content.users, listed)
    const isHeld = ({ user, known }: (typeof users)[number]) => user.accountEnabled === false && known === 'active'
    const staged = users.filter(isHeld).map(({ user, ticks }) => ({ user, ticks, status: 'disabled' as const }))
    return { ...content, users: users.filter((each) => !isHeld(each)), staged, areNewcomers: areNew }
  }
}

/** What was read one by one is the truth; who was not found is removed, as the page said last. */
function settled(ids: readonly string[], items: readonly DirectoryItem[], found: readonly ReadUser[]): DirectoryItem[] {
  const here = new Map(
    found.flatMap((read) => (read.kind === 'user' ? [[read.user.id, itemOf(read.user)] as const] : [])),
  )
  // Somebody who is there and cannot be read is neither changed nor removed.
  const unreadable = new Set(found.flatMap((read) => (read.kind === 'unreadable' && read.id ? [read.id] : [])))
  return ids
    .filter((id) => !unreadable.has(id))
    .map((id) => {
      const removal = items.findLast((item) => item.id === id && item.kind === 'removed')
      return here.get(id) ?? { kind: 'removed', id, reason: removal?.kind === 'removed' ? removal.reason : 'changed' }
    })
}
