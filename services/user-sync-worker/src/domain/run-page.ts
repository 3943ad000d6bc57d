import type { DirectoryUser, ReadUser } from './directory-user.ts'
import { emptiesAny } from './emptied-attributes.ts'
import type { Standing } from './import-rules.ts'
import { haveSameAttributes } from './person-attributes.ts'
import type { KnownUser } from './reconcile.ts'
import type { Ticks } from './user-ticks.ts'

type TickedUser = { user: DirectoryUser; ticks: Ticks }
type Chosen = { id: string; ticks: Ticks }
type Content = {
  seen: number
  users: TickedUser[]
  unsynced: string[]
  skipped: Array<{ id: string; reason: string }>
  nameless: number
}
/** A person of the roster as a run sees them; `isOfAccount`: the run's account imported them last. */
export type RosterUser = KnownUser & Standing & { isOfAccount: boolean }

export const NOT_IN_DIRECTORY = 'The directory has no such user.'

/** A page of an import of everybody. Graph may list an object twice in a page: the last entry counts. */
export function pageOfEverybody(read: readonly ReadUser[], ticks: Ticks): Content {
  const { users, skipped, nameless } = sort(read)
  const found = [...users.values()]
  return {
    seen: found.length + skipped.length + nameless,
    users: ticks.sync ? found.map((user) => ({ user, ticks })) : [],
    unsynced: ticks.sync ? [] : found.map((user) => user.id),
    skipped,
    nameless,
  }
}

/** A page of an import of chosen users. Users without the sync tick are not read at Microsoft and never stored (S32). */
export function pageOfChosen(chosen: readonly Chosen[], read: readonly ReadUser[]): Content {
  const { users, skipped } = sort(read)
  const unreadable = new Map(skipped.map((entry) => [entry.id, entry]))
  const content: Content = { seen: chosen.length, users: [], unsynced: [], skipped: [], nameless: 0 }
  for (const { id, ticks } of chosen) {
    const user = users.get(id)
    if (!ticks.sync) content.unsynced.push(id)
    else if (user) content.users.push({ user, ticks })
    else content.skipped.push(unreadable.get(id) ?? { id, reason: NOT_IN_DIRECTORY })
  }
  return content
}

/**
 * What an import changes: differing users are upserted at once; disables and emptied attributes are staged until the run
 * ends, so that the limits can be checked (S50, FC-32). Whoever is staged stays so: their last entry in the list counts.
 */
export function changesOfImport(users: readonly TickedUser[], known: ReadonlyMap<string, RosterUser>) {
  const changed = users.filter((each) => !isImported(each, known.get(each.user.id)))
  const isStaged = ({ user }: TickedUser) => {
    const before = known.get(user.id)
    if (before?.isStaged) return true
    if (before?.sync && emptiesAny(before.user, user)) return true
    return user.accountEnabled === false && before?.status === 'active'
  }
  return {
    users: changed.filter((each) => !isStaged(each)),
    staged: changed.filter(isStaged).map((each) => ({ ...each, status: statusOf(each.user, known.get(each.user.id)) })),
  }
}

/** What the directory leaves out stays as it was. */
const statusOf = ({ accountEnabled }: DirectoryUser, before: RosterUser | undefined) =>
  (accountEnabled ?? before?.status === 'active') ? ('active' as const) : ('disabled' as const)

function isImported({ user, ticks }: TickedUser, known: RosterUser | undefined): boolean {
  if (!known?.isOfAccount || known.chosenBy !== 'hand') return false
  if (known.sync !== ticks.sync || known.sso !== ticks.sso) return false
  const isStatus = user.accountEnabled === null || known.status === (user.accountEnabled ? 'active' : 'disabled')
  return isStatus && haveSameAttributes(known.user, user)
}

function sort(read: readonly ReadUser[]) {
  const users = new Map<string, DirectoryUser>()
  const skipped = new Map<string, string>()
  let nameless = 0
  for (const entry of read) {
    if (entry.kind === 'user') users.set(entry.user.id, entry.user)
    else if (entry.id === null) nameless += 1
    else skipped.set(entry.id, entry.reason)
  }
  for (const id of users.keys()) skipped.delete(id)
  return { users, skipped: [...skipped].map(([id, reason]) => ({ id, reason })), nameless }
}
