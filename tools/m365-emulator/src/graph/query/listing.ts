import { setImmediate as breathe } from 'node:timers/promises'
import type { User } from '../../directory/user.ts'
import type { UserStore } from '../../directory/user-store.ts'
import { unsupportedQuery } from '../graph-error.ts'
import { parseFilter } from './filter/parse-filter.ts'
import { type OrderBy, readOrderBy, type SortKey } from './order-by.ts'
import type { QueryOptions } from './query-options.ts'
import { parseSearch } from './search.ts'

export type Listing = {
  matches: ((user: User) => boolean) | undefined
  orderBy: OrderBy | undefined
  count: boolean
  /** Its nextLink is refused as expired, as captured for filters on licences without the header and `$count`. */
  isOnePage: boolean
}

/** Where a page begins: unsorted at a fixed position of the directory, sorted after a key. */
export type Place = { position: number; after: SortKey | null }
export const BEGINNING: Place = { position: 0, after: null }

type Page = { users: User[]; next: Place | undefined }

/** Users visited before the event loop gets a turn. */
const TURN = 2_000

export const isEventual = (header: string | string[] | undefined) =>
  typeof header === 'string' && header.toLowerCase() === 'eventual'

/** Advanced queries need the header and `$count=true`. Without the header, `$count` is silently ignored. */
export function readListing(options: QueryOptions, eventual: boolean): Listing {
  const count = options.count?.toLowerCase() === 'true'
  const filter = options.filter === undefined ? undefined : parseFilter(options.filter)
  const search = options.search === undefined ? undefined : parseSearch(options.search)
  const orderBy = options.orderby === undefined ? undefined : readOrderBy(options.orderby)
  if (search && !eventual) {
    throw unsupportedQuery(
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    )
  }
  const isAdvanced = filter?.isAdvanced || orderBy?.isAdvanced || (filter !== undefined && orderBy !== undefined)
  if (isAdvanced && !(eventual && count)) throw unsupportedQuery('Unsupported Query.')
  const conditions = [filter?.matches, search].filter((condition) => condition !== undefined)
  return {
    matches: conditions.length > 0 ? (user) => conditions.every((condition) => condition(user)) : undefined,
    orderBy,
    count: count && eventual,
    isOnePage: filter?.pagesAreAdvanced === true && !(eventual && count),
  }
}

/** Holds little more than a page in memory, however large the directory is. */
export async function takePage(users: UserStore, listing: Listing, place: Place, size: number): Promise<Page> {
  if (listing.orderBy) return takeSortedPage(users, listing, listing.orderBy, place.after, size)
  const page: User[] = []
  for (let position = place.position; position < users.end; position++) {
    if ((position - place.position) % TURN === TURN - 1) await breathe()
    const user = users.at(position)
    if (!user || !(listing.matches?.(user) ?? true)) continue
    if (page.length === size) return { users: page, next: { position, after: null } }
    page.push(user)
  }
  return { users: page, next: undefined }
}

/** Visits every user once and keeps only the page after the key. */
async function takeSortedPage(
  users: UserStore,
  { matches }: Listing,
  order: OrderBy,
  after: SortKey | null,
  size: number,
): Promise<Page> {
  const { keyOf, compare } = order
  let nearest: { user: User; key: SortKey }[] = []
  let farthest: SortKey | undefined
  const shrink = () => {
    nearest = nearest.sort((a, b) => compare(a.key, b.key)).slice(0, size + 1)
    if (nearest.length > size) farthest = nearest[size]?.key
  }
  for (let position = 0; position < users.end; position++) {
    if (position % TURN === TURN - 1) await breathe()
    const user = users.at(position)
    if (!user || !(matches?.(user) ?? true)) continue
    const key = keyOf(user)
    if ((after && compare(key, after) <= 0) || (farthest && compare(key, farthest) >= 0)) continue
    nearest.push({ user, key })
    if (nearest.length > 2 * size + 1_000) shrink()
  }
  shrink()
  const page = nearest.slice(0, size)
  return {
    users: page.map(({ user }) => user),
    next: nearest.length > size ? { position: 0, after: page.at(-1)?.key ?? null } : undefined,
  }
}

export async function countMatching(users: UserStore, { matches }: Listing): Promise<number> {
  if (!matches) return users.count()
  let count = 0
  for (let position = 0; position < users.end; position++) {
    if (position % TURN === TURN - 1) await breathe()
    const user = users.at(position)
    if (user && matches(user)) count++
  }
  return count
}
