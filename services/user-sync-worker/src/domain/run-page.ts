import type { DirectoryUser, ReadUser } from './directory-user.ts'
import type { Ticks } from './user-ticks.ts'

type Chosen = { id: string; ticks: Ticks }
type Content = {
  seen: number
  users: Array<{ user: DirectoryUser; ticks: Ticks }>
  unsynced: string[]
  skipped: Array<{ id: string; reason: string }>
  nameless: number
}

export const NOT_IN_DIRECTORY = 'The directory has no such user.'

/**
 * What an import of everybody writes of one page. Graph may show an object twice in a page: its last showing counts.
 */
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

/**
 * What an import of chosen users writes: those without the sync tick are not asked for at Microsoft and never stored
 * (S32).
 */
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
