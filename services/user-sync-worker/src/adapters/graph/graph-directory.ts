import type { Connection } from '@jackfield/contract/internal/internal-api'
import { z } from 'zod'
import type { DirectoryFailure } from '../../domain/directory-failure.ts'
import { readDirectoryItem } from '../../domain/directory-item.ts'
import { readDirectoryUser, USER_PROPERTIES } from '../../domain/directory-user.ts'
import type { ChangePage, Directory, DirectoryPage } from '../../ports.ts'
import type { GraphClient } from './graph-client.ts'
import { queryOfNextLink, type SignedCursors } from './graph-paging.ts'

const USERS_PATH = /^\/v1\.0\/users$/
/** Graph spells the function in several ways. */
const CHANGES_PATH = /^\/v1\.0\/users\/(?:microsoft\.graph\.)?delta(?:\(\))?$/
const SELECT = `$select=${USER_PROPERTIES.join(',')}`
const LARGEST_PAGE = 999
/**
 * Advanced queries (sorting, counting, `or` over several properties, casts of transitive lists) need this header on
 * every page and `$count=true`. Without both, the second page of a filter on licences is `Directory_ExpiredPageToken`.
 */
const ADVANCED = { consistencylevel: 'eventual' }
/** Imports yield when Graph is busy; a list shown to an admin does not. */
const LOW_PRIORITY = { 'x-ms-throttle-priority': 'Low' }
/** All users, and the kinds that an import of everybody can leave out. */
const KINDS = ['', "userType eq 'Guest'", 'accountEnabled eq false', "userType eq 'Guest' and accountEnabled eq false"]
const SEARCHED = ['displayName', 'givenName', 'surname', 'userPrincipalName', 'mail', 'department']

const EVERYBODY = `${SELECT}&$top=${LARGEST_PAGE}`
const Answer = z.object({
  value: z.array(z.unknown()),
  '@odata.nextLink': z.string().optional(),
  '@odata.deltaLink': z.string().optional(),
  /** For orientation only: an odd one is none. */
  '@odata.count': z.int().min(0).optional().catch(undefined),
})
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const Member = z.object({ id: z.guid().toLowerCase() })
type Request = {
  path?: '/users' | '/users/delta'
  query: string
  headers: Record<string, string>
  signal?: AbortSignal
}

/** Users of a directory through Graph v1.0. */
export function graphDirectory({ graph, cursors }: { graph: GraphClient; cursors: SignedCursors }): Directory {
  const ask = (connection: Connection, { path = '/users', query, ...rest }: Request) =>
    graph.ask(connection, { ...rest, path: `${path}?${query}` }, Answer)

  async function page(connection: Connection, request: Request): Promise<DirectoryPage | DirectoryFailure> {
    const answer = await ask(connection, request)
    return answer.kind === 'answer' ? pageOf(connection, answer.body) : answer
  }

  function pageOf(connection: Connection, body: z.output<typeof Answer>): DirectoryPage | DirectoryFailure {
    const next = nextOf(connection, body)
    if (next === undefined) return { kind: 'rejected', code: 'foreign nextLink' }
    return { kind: 'page', users: body.value.map(readDirectoryUser), next }
  }

  async function count(connection: Connection, { filter = '', ...rest }: Omit<Request, 'query'> & { filter?: string }) {
    const query = `$select=id&$top=1&$count=true${filter && `&$filter=${encodeURIComponent(filter)}`}`
    const answer = await ask(connection, { ...rest, query })
    if (answer.kind !== 'answer') return answer
    return answer.body['@odata.count'] ?? { kind: 'unavailable' as const }
  }

  /** Null on the last page, undefined when the link leaves the list. */
  function nextOf(
    connection: Connection,
    { '@odata.nextLink': link }: { '@odata.nextLink'?: string | undefined },
  ): string | null | undefined {
    return link === undefined ? null : queryOfNextLink(link, graph.origins(connection).graph, USERS_PATH)
  }

  async function changes(connection: Connection, request: Request): Promise<ChangePage | DirectoryFailure> {
    const answer = await ask(connection, { ...request, path: '/users/delta', headers: LOW_PRIORITY })
    if (answer.kind !== 'answer') return answer
    const { '@odata.nextLink': nextLink, '@odata.deltaLink': deltaLink, value } = answer.body
    const link = nextLink ?? deltaLink
    // Without either link the answer was cut off; it must not look like the end of the round.
    if (link === undefined) return { kind: 'unavailable' }
    const query = queryOfNextLink(link, graph.origins(connection).graph, CHANGES_PATH)
    if (query === undefined) return { kind: 'rejected', code: 'foreign link' }
    const items = value.map(readDirectoryItem)
    return nextLink === undefined
      ? { kind: 'page', items, next: null, deltaLink: query }
      : { kind: 'page', items, next: query, deltaLink: null }
  }

  return {
    async latestChange(connection, signal) {
      const page = await changes(connection, { query: `${SELECT}&$deltatoken=latest`, headers: {}, signal })
      // Directories of some kinds refuse; whether people may be read, the listing shows (FC-39).
      if (page.kind === 'rejected') return { kind: 'place', deltaLink: null }
      if (page.kind !== 'page') return page
      return page.deltaLink === null ? { kind: 'unavailable' } : { kind: 'place', deltaLink: page.deltaLink }
    },
    async listChanges(connection, from, signal) {
      const page = await changes(connection, { query: from, headers: {}, signal })
      // "Badly formed token": a delta link that Graph cannot read counts as expired, as does one that it no longer serves.
      const isOver =
        page.kind === 'rejected' &&
        /^(Request_BadRequest|BadRequest|Request_UnsupportedQuery|HTTP 400)$/i.test(page.code)
      return isOver ? { kind: 'expired-changes' } : page
    },
    listUsers: (connection, from, signal) =>
      page(connection, { query: from ?? EVERYBODY, headers: LOW_PRIORITY, signal }),
    findUsers(connection, ids, signal) {
      const filter = `id in (${ids.map(quote).join(',')})`
      return page(connection, {
        query: `${SELECT}&$filter=${encodeURIComponent(filter)}`,
        headers: LOW_PRIORITY,
        signal,
      })
    },
    async searchUsers(connection, { search, cursor, limit }) {
      const purpose = `${connection.accountId} ${limit} ${search}`
      const from = cursor === undefined ? firstSearch(search, limit) : cursors.unwrap(cursor, purpose)
      if (from === undefined) return { kind: 'bad-cursor' }
      const found = await page(connection, { query: from, headers: ADVANCED })
      if (found.kind !== 'page' || found.next === null) return found
      if (found.next === from) return { kind: 'repeated-page' }
      return { ...found, next: cursors.wrap(found.next, purpose) }
    },
    async listMembers(connection, set, from, signal) {
      const { path, query, links } = requestOfSet(set)
      const request = { path: `${path}?${from ?? query}`, headers: { ...LOW_PRIORITY, ...ADVANCED }, signal }
      const answer = await graph.ask(connection, request, Answer)
      if (answer.kind !== 'answer') return answer
      const link = answer.body['@odata.nextLink']
      const next = link === undefined ? null : queryOfNextLink(link, graph.origins(connection).graph, links)
      if (next === undefined) return { kind: 'rejected', code: 'foreign nextLink' }
      return { kind: 'page', ids: answer.body.value.flatMap((value) => Member.safeParse(value).data?.id ?? []), next }
    },
    async countUsers(connection, signal) {
      const counted = await count(connection, { headers: { ...ADVANCED, ...LOW_PRIORITY }, signal })
      return typeof counted === 'number' ? counted : undefined
    },
    async countKinds(connection) {
      const answers = await Promise.all(KINDS.map((filter) => count(connection, { filter, headers: ADVANCED })))
      const failure = answers.find((answer) => typeof answer !== 'number')
      if (failure !== undefined) return failure
      const [total, guests, disabled, disabledGuests] = answers as [number, number, number, number]
      return { kind: 'counts', counts: { total, guests, disabled, disabledGuests } }
    },
  }
}

/** `links` matches the paths of the set's nextLinks. */
function requestOfSet(set: string): { path: string; query: string; links: RegExp } {
  const [kind, id = ''] = set.split(':')
  if (!GUID.test(id)) throw new TypeError(`No set of users: ${set}`)
  const query = `$select=id&$top=${LARGEST_PAGE}&$count=true`
  if (kind === 'sku') {
    const filter = encodeURIComponent(`assignedLicenses/any(a:a/skuId eq ${id})`)
    return { path: '/users', query: `${query}&$filter=${filter}`, links: USERS_PATH }
  }
  const path = `/groups/${id}/transitiveMembers/microsoft.graph.user`
  return { path, query, links: new RegExp(`^/v1\\.0${path.replaceAll('.', '\\.')}$`, 'i') }
}

function firstSearch(search: string, limit: number): string {
  const filter = SEARCHED.map((property) => `startsWith(${property},${quote(search)})`).join(' or ')
  return `${SELECT}&$top=${limit}&$orderby=displayName&$count=true${search ? `&$filter=${encodeURIComponent(filter)}` : ''}`
}

/** A string literal of OData: a quote in it is doubled (OData 4.01 URL conventions 5.1.1.6.1). */
function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
