import type { FastifyPluginAsync } from 'fastify'
import type { Cloud } from '../cloud.ts'
import type { Directory } from '../directory/directory.ts'
import type { User } from '../directory/user.ts'
import { authenticate, visibleUserProperties } from './bearer.ts'
import { parseFilter } from './filter/parse-filter.ts'
import { badRequest, GraphError, unsupportedQuery } from './graph-error.ts'
import { readOrderBy } from './order-by.ts'
import { type ListToken, readListToken, writeToken } from './page-token.ts'
import { type QueryOptions, readOptions, refuseOptions } from './query-options.ts'
import { parseSearch } from './search.ts'
import { DEFAULT_PROPERTIES, project, readSelect } from './select.ts'

export const listUsers: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud }) => {
  app.get('/users', async ({ headers, query }) => {
    const caller = authenticate(headers.authorization, cloud)
    const visible = visibleUserProperties(caller)
    const options = readOptions(query)
    refuseOptions(options, ['skip'], () => "'$skip' is not supported by the service.")
    const plan = readListing(options, isEventual(headers.consistencylevel))
    const select = readSelect(options.select)
    const size = readTop(options.top) ?? cloud.graph.defaultPageSize
    const start = startOf(options, cloud)

    const page = takePage(caller.directory, plan, start, size)
    const origin = `${cloud.origin}/v1.0`
    return {
      '@odata.context': `${origin}/$metadata#users${select ? `(${select.join(',')})` : ''}`,
      ...(plan.count && start === 0 && { '@odata.count': countMatching(caller.directory, plan) }),
      ...(page.next !== undefined && { '@odata.nextLink': nextLink(`${origin}/users`, options, page.next, cloud.run) }),
      value: page.users.map((user) => project(user, select ?? DEFAULT_PROPERTIES, visible)),
    }
  })

  app.get('/users/$count', async ({ headers, query }, reply) => {
    const { directory, ...caller } = authenticate(headers.authorization, cloud)
    visibleUserProperties({ directory, ...caller })
    if (!isEventual(headers.consistencylevel)) throw badRequest('$count is not currently supported.')
    const plan = readListing({ ...readOptions(query), count: 'true' }, true)
    return reply.type('text/plain').send(String(countMatching(directory, plan)))
  })
}

type Listing = { matches: ((user: User) => boolean) | undefined; compare: ((a: User, b: User) => number) | undefined; count: boolean }

const isEventual = (header: string | string[] | undefined) => typeof header === 'string' && header.toLowerCase() === 'eventual'

/** Advanced queries need the header and `$count=true`; without the header `$count` is silently ignored. */
function readListing(options: QueryOptions, eventual: boolean): Listing {
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
    compare: orderBy?.compare,
    count: count && eventual,
  }
}

function readTop(top: string | undefined): number | undefined {
  if (top === undefined) return undefined
  if (!/^-?\d{1,9}$/.test(top))
    throw badRequest(`Invalid value '${top}' for $top query option found. The $top query option requires a non-negative integer value.`)
  const size = Number(top)
  if (size < 1 || size > 999) throw badRequest(`Invalid page size specified: '${size}'. Must be between 1 and 999 inclusive.`)
  return size
}

/** A page token belongs to the query it was made for. */
function startOf(options: QueryOptions, cloud: Cloud): number {
  if (options.skiptoken === undefined) return 0
  const token = readListToken(options.skiptoken)
  if (!token) throw badRequest('Badly formed token.')
  if (token.run !== cloud.run || token.query !== fingerprint(options)) {
    throw new GraphError(
      400,
      'Directory_ExpiredPageToken',
      'The specified page token value has expired and cannot be included in your request.',
    )
  }
  return token.position
}

const fingerprint = (options: QueryOptions) => JSON.stringify([options.filter, options.search, options.orderby])

function nextLink(base: string, options: QueryOptions, position: number, run: string): string {
  const { skiptoken: _, ...kept } = options
  const token: ListToken = { run, kind: 'list', position, query: fingerprint(options) }
  const query = [...Object.entries(kept), ['skiptoken', writeToken(token)]].map(
    ([name, value]) => `$${name}=${encodeURIComponent(value ?? '')}`,
  )
  return `${base}?${query.join('&')}`
}

/** Unsorted, a position is a user's place in the directory, which stays put; sorted, it is a place in the result. */
function takePage(
  { users }: Directory,
  { matches, compare }: Listing,
  start: number,
  size: number,
): { users: User[]; next: number | undefined } {
  if (compare) {
    const sorted = [...users.all()].filter((user) => matches?.(user) ?? true).sort(compare)
    return { users: sorted.slice(start, start + size), next: start + size < sorted.length ? start + size : undefined }
  }
  const page: User[] = []
  for (let position = start; position < users.end; position++) {
    const user = users.at(position)
    if (!user || !(matches?.(user) ?? true)) continue
    if (page.length === size) return { users: page, next: position }
    page.push(user)
  }
  return { users: page, next: undefined }
}

function countMatching({ users }: Directory, { matches }: Listing): number {
  if (!matches) return users.count()
  let count = 0
  for (const user of users.all()) if (matches(user)) count++
  return count
}
