import { badRequest, GraphError } from '../graph-error.ts'
import type { QueryOptions } from '../query/query-options.ts'
import { type ListToken, readListToken, writeToken } from './page-token.ts'

const fingerprint = (options: QueryOptions) => JSON.stringify([options.filter, options.search, options.orderby])

/** Refuses a page token of another query. Undefined on the first page. */
export function readStart(options: QueryOptions, run: string): ListToken | undefined {
  if (options.skiptoken === undefined) return undefined
  const token = readListToken(options.skiptoken)
  if (!token) throw badRequest('Badly formed token.')
  if (token.run !== run || token.query !== fingerprint(options)) throw expiredPageToken()
  return token
}

/** The wording of the captures of 2020 and 2023. */
export function expiredPageToken(): GraphError {
  const message = 'The specified page token value has expired and can no longer be included in your request.'
  return new GraphError(400, 'Directory_ExpiredPageToken', message)
}

/** The same query with the position to continue from; clients must repeat the headers. */
export function pageLink(base: string, options: QueryOptions, place: Omit<ListToken, 'kind' | 'query'>): string {
  const { skiptoken: _, ...kept } = options
  const token = writeToken({ ...place, kind: 'list', query: fingerprint(options) })
  const query = [...Object.entries(kept), ['skiptoken', token]].map(
    ([name, value]) => `$${name}=${encodeURIComponent(value ?? '')}`,
  )
  return `${base}?${query.join('&')}`
}
