import type { FastifyPluginAsync } from 'fastify'
import type { Cloud } from '../cloud.ts'
import type { Directory } from '../directory/directory.ts'
import { authenticate, visibleUserProperties } from './bearer.ts'
import { type DeltaItem, takeChanges, takeSnapshot } from './delta-round.ts'
import { badRequest, GraphError } from './graph-error.ts'
import { type DeltaToken, readDeltaToken, writeToken } from './page-token.ts'
import { type QueryOptions, readOptions, refuseOptions } from './query-options.ts'
import { DEFAULT_PROPERTIES, readSelect } from './select.ts'

const SEVEN_DAYS = 7 * 24 * 60 * 60 * 1000
const MOST_IDS = 50

export const usersDelta: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud }) => {
  for (const path of ['/users/delta', '/users/delta()', '/users/microsoft.graph.delta()', '/users/microsoft.graph.delta']) {
    app.get(path, async ({ headers, query }) => {
      const caller = authenticate(headers.authorization, cloud)
      const visible = visibleUserProperties(caller)
      const options = readOptions(query)
      refuseOptions(
        options,
        ['top', 'orderby', 'expand', 'search', 'count', 'skip'],
        (option) => `'$${option}' is not supported for delta queries on users.`,
      )
      const { directory } = caller
      const token = currentToken(options, cloud, directory)
      const context = `${cloud.origin}/v1.0/$metadata#users${token.select ? `(${token.select.join(',')})` : ''}`

      if (options.deltatoken?.toLowerCase() === 'latest')
        return { '@odata.context': context, ...link(cloud, 'deltaLink', token), value: [] }
      const tracked = new Set([...(token.select ?? DEFAULT_PROPERTIES), 'id'])
      const isMinimal = String(headers.prefer ?? '')
        .replaceAll(' ', '')
        .toLowerCase()
        .includes('return=minimal')
      const round = { directory, tracked, visible, isMinimal, ids: token.ids && new Set(token.ids), size: cloud.graph.deltaPageSize }
      const page = token.kind === 'snapshot' ? takeSnapshot(round, token.position) : takeChanges(round, token.position, token.until)
      const next = page.next === undefined ? startingAt(token, token.until) : { ...token, position: page.next }
      return answer(context, page.items, link(cloud, page.next === undefined ? 'deltaLink' : 'nextLink', next))
    })
  }
}

const answer = (context: string, items: DeltaItem[], links: Record<string, string>) => ({
  '@odata.context': context,
  ...links,
  value: items,
})

const startingAt = (token: DeltaToken, position: number): DeltaToken => ({ ...token, kind: 'changes', position, until: position })

function link(cloud: Cloud, kind: 'nextLink' | 'deltaLink', token: DeltaToken): Record<string, string> {
  const name = kind === 'nextLink' ? '$skiptoken' : '$deltatoken'
  return { [`@odata.${kind}`]: `${cloud.origin}/v1.0/users/delta?${name}=${writeToken({ ...token, issuedAt: cloud.clock.now() })}` }
}

/** A first request makes a token, a later one brings it; what was selected is in it and cannot be changed. */
function currentToken(options: QueryOptions, cloud: Cloud, { changes, deltaGeneration }: Directory): DeltaToken {
  const given = options.skiptoken ?? (options.deltatoken || undefined)
  if (given === undefined || given.toLowerCase() === 'latest') {
    const select = readSelect(options.select) ?? null
    const until = changes.end
    const first = {
      run: cloud.run,
      position: 0,
      until,
      select,
      ids: readIds(options.filter),
      generation: deltaGeneration,
      issuedAt: cloud.clock.now(),
    }
    return given === undefined ? { ...first, kind: 'snapshot' } : { ...first, kind: 'changes', position: until }
  }
  const token = readDeltaToken(given)
  if (!token) throw badRequest('Badly formed token.')
  if (token.run !== cloud.run) throw resync(cloud.origin, token)
  if (token.generation !== deltaGeneration || cloud.clock.now() - token.issuedAt > SEVEN_DAYS) {
    throw new GraphError(400, 'syncStateNotFound', 'The sync state generation is not found; please perform a full synchronization.')
  }
  return options.deltatoken === undefined ? token : { ...token, until: changes.end }
}

/** The server lost its place: 410 with the address of a fresh start. */
function resync(origin: string, { select }: DeltaToken): GraphError {
  return new GraphError(410, 'resyncRequired', 'Resync required. Any deltaLink obtained before is not valid any more.', {
    location: `${origin}/v1.0/users/delta?${select ? `$select=${select.join(',')}&` : ''}$deltatoken=`,
  })
}

function readIds(filter: string | undefined): string[] | null {
  if (filter === undefined) return null
  const clauses = filter.trim().split(/\s+or\s+/i)
  const ids = clauses.map((clause) => /^id\s+eq\s+'([^']+)'$/i.exec(clause.trim())?.[1]?.toLowerCase())
  if (ids.some((id) => id === undefined)) throw badRequest('Only a filter on id is supported for delta queries on users.')
  if (ids.length > MOST_IDS) throw badRequest(`A delta filter takes at most ${MOST_IDS} ids.`)
  return ids as string[]
}
