import type { Cloud } from '../../cloud.ts'
import type { Directory } from '../../directory/directory.ts'
import { badRequest, GraphError } from '../graph-error.ts'
import { type DeltaToken, readDeltaToken, writeToken } from '../paging/page-token.ts'
import type { QueryOptions } from '../query/query-options.ts'

const SEVEN_DAYS = 7 * 24 * 60 * 60 * 1000
const MOST_IDS = 50

type DeltaResource = DeltaToken['resource']
type Tracked = {
  resource: DeltaResource
  directory: Directory
  readSelect: (select: string | undefined) => string[] | undefined
}

export const isLatest = ({ deltatoken }: QueryOptions) => deltatoken?.toLowerCase() === 'latest'

/** Makes the token of a first request, or reads that of a later one. It fixes `$select`. */
export function currentToken(
  options: QueryOptions,
  cloud: Cloud,
  { resource, directory, readSelect }: Tracked,
): DeltaToken {
  const until = directory.logs[resource].endBefore(cloud.graph.deltaLagMilliseconds)
  const given = options.skiptoken ?? (options.deltatoken || undefined)
  if (given === undefined || isLatest(options)) {
    const first = {
      run: cloud.run,
      resource,
      position: 0,
      member: 0,
      until,
      select: readSelect(options.select) ?? null,
      ids: readIds(options.filter, resource),
      generation: directory.deltaGeneration,
      issuedAt: cloud.clock.now(),
      page: 0,
    }
    return given === undefined ? { ...first, kind: 'snapshot' } : { ...first, kind: 'changes', position: until }
  }
  const token = readDeltaToken(given)
  if (!token || token.resource !== resource) throw badRequest('Badly formed token.')
  if (options.select !== undefined) throw badRequest('$select cannot be changed once a delta token was issued.')
  if (token.run !== cloud.run) throw resync(cloud.graphOrigin, token)
  if (token.generation !== directory.deltaGeneration || cloud.clock.now() - token.issuedAt > SEVEN_DAYS)
    throw expired(cloud.graph.expiredDeltaStatus)
  return options.deltatoken === undefined ? token : { ...token, until: Math.max(until, token.position) }
}

export function nextLink(
  cloud: Cloud,
  token: DeltaToken,
  where: { position: number; member?: number },
): Record<string, string> {
  const next = { ...token, member: 0, ...where, page: token.page + 1, issuedAt: cloud.clock.now() }
  return { '@odata.nextLink': `${cloud.graphOrigin}/v1.0/${token.resource}/delta?$skiptoken=${writeToken(next)}` }
}

/** The next round begins where this one ended, or a little earlier (replays). */
export function deltaLink(cloud: Cloud, token: DeltaToken): Record<string, string> {
  const position = Math.max(0, token.until - cloud.graph.deltaReplays)
  const next = { ...token, kind: 'changes' as const, position, member: 0, page: 0, issuedAt: cloud.clock.now() }
  return { '@odata.deltaLink': `${cloud.graphOrigin}/v1.0/${token.resource}/delta?$deltatoken=${writeToken(next)}` }
}

function expired(status: 400 | 410): GraphError {
  const code = status === 400 ? 'syncStateNotFound' : 'SyncStateNotFound'
  return new GraphError(status, code, 'The sync state generation is not found; please perform a full synchronization.')
}

/** The server lost the token's state: 410 with the address of a fresh start. */
function resync(origin: string, { resource, select }: DeltaToken): GraphError {
  return new GraphError(
    410,
    'resyncRequired',
    'Resync required. Any deltaLink obtained before is not valid any more.',
    {
      location: `${origin}/v1.0/${resource}/delta?${select ? `$select=${select.join(',')}&` : ''}$deltatoken=`,
    },
  )
}

function readIds(filter: string | undefined, resource: DeltaResource): string[] | null {
  if (filter === undefined) return null
  const clauses = filter.trim().split(/\s+or\s+/i)
  const ids = clauses.map((clause) => /^id\s+eq\s+'([^']+)'$/i.exec(clause.trim())?.[1]?.toLowerCase())
  if (ids.some((id) => id === undefined))
    throw badRequest(`Only a filter on id is supported for delta queries on ${resource}.`)
  if (ids.length > MOST_IDS) throw badRequest(`A delta filter takes at most ${MOST_IDS} ids.`)
  return ids as string[]
}
