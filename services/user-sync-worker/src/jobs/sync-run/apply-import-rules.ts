import type { DirectoryFailure } from '../../domain/directory-failure.ts'
import type { DirectoryUser, ReadUser } from '../../domain/directory-user.ts'
import { type Standing, setsOf, ticksByRules } from '../../domain/import-rules.ts'
import type { Change } from '../../domain/reconcile.ts'
import type { Lease, RunPages, StagedUser } from '../../sync-run-ports.ts'
import type { Compared } from './compare-page.ts'

type Found = { kind: 'found'; users: ReadUser[] } | DirectoryFailure
type Person = Change & { standing: Standing | undefined }

/**
 * What the account's import rules make of a page that was compared: whom they bring and whom they let go joins what is
 * staged. A round of changes tells only what changed, so that whom the roster does not know is read whole by `find`; a
 * listing tells everybody whole.
 */
export async function applyImportRules(
  lease: Lease,
  page: Compared,
  pages: Pick<RunPages, 'knownUsers' | 'memberships'>,
  find?: (ids: readonly string[]) => Promise<Found>,
): Promise<Compared | DirectoryFailure> {
  const { rules } = lease
  if (!rules) return page
  const found = find ? await find(page.unknown) : { kind: 'found' as const, users: [] }
  if (found.kind !== 'found') return found
  const strangers = find ? found.users.flatMap((read) => (read.kind === 'user' ? [read.user] : [])) : page.strangers
  const staged = new Map<string, StagedUser>(page.staged.map((change) => [change.user.id, change]))
  const people = await peopleOf(lease, page, strangers, pages)
  const ids = people.map(({ user }) => user.id)
  const sets = setsOf(rules).length > 0 ? await pages.memberships(lease, ids) : undefined
  for (const { user, status, standing } of people) {
    const ticks = status === 'active' ? ticksByRules(rules, user, standing, sets?.get(user.id)) : undefined
    if (ticks) staged.set(user.id, { user, status, ticks })
  }
  return { ...page, staged: [...staged.values()] }
}

async function peopleOf(
  lease: Lease,
  page: Compared,
  strangers: readonly DirectoryUser[],
  pages: Pick<RunPages, 'knownUsers'>,
): Promise<Person[]> {
  const changed = new Map(page.staged.map((change) => [change.user.id, change]))
  const known = [...page.known].map(([id, { user, status, ...standing }]) => ({
    user,
    status,
    ...changed.get(id),
    standing,
  }))
  const ids = strangers.map(({ id }) => id)
  const unsynced = await pages.knownUsers(lease, ids, true)
  return [
    ...known,
    ...strangers.map((user) => {
      const status = user.accountEnabled ? ('active' as const) : ('disabled' as const)
      return { user, status, standing: unsynced.get(user.id) }
    }),
  ]
}
