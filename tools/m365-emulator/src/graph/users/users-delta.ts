import type { FastifyPluginAsync } from 'fastify'
import type { Cloud } from '../../cloud.ts'
import { shuffled } from '../../directory/random.ts'
import { authenticate, visibleUserProperties } from '../bearer.ts'
import { takeChanges, takeSnapshot } from '../delta/delta-round.ts'
import { currentToken, deltaLink, isLatest, nextLink } from '../delta/delta-token.ts'
import { prefersMinimal } from '../delta/prefer.ts'
import { GraphError } from '../graph-error.ts'
import { isLeftEmpty } from '../paging/page-token.ts'
import { readOptions, refuseOptions } from '../query/query-options.ts'
import { DEFAULT_PROPERTIES, readSelect } from '../query/select.ts'

export const usersDelta: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud: everywhere }) => {
  for (const path of [
    '/users/delta',
    '/users/delta()',
    '/users/microsoft.graph.delta()',
    '/users/microsoft.graph.delta',
  ]) {
    app.get(path, async ({ headers, query }, reply) => {
      const caller = authenticate(headers.authorization, everywhere)
      const { cloud, directory } = caller
      const visible = visibleUserProperties(caller)
      const options = readOptions(query)
      // $top is taken and not heeded: the page size is the server's.
      refuseOptions(
        options,
        ['orderby', 'expand', 'search', 'count', 'skip'],
        (option) => `'$${option}' is not supported for delta queries on users.`,
      )
      if (!directory.usersDelta)
        throw new GraphError(
          400,
          'Request_UnsupportedQuery',
          'Change enumeration is not supported for requested tenant.',
        )
      directory.users.forgetDeleted()
      const token = currentToken(options, cloud, { resource: 'users', directory, readSelect })
      const context = `${cloud.graphOrigin}/v1.0/$metadata#users${token.select ? `(${token.select.join(',')})` : ''}`

      if (isLatest(options)) return { '@odata.context': context, ...deltaLink(cloud, token), value: [] }
      if (isLeftEmpty(token.page, cloud.graph.emptyPageEvery))
        return { '@odata.context': context, ...nextLink(cloud, token, token), value: [] }

      const tracked = new Set([...(token.select ?? DEFAULT_PROPERTIES), 'id'])
      const isMinimal = prefersMinimal(headers.prefer, reply)
      const includesRemoved = cloud.graph.deltaRemovedInFirstRound
      const ids = token.ids && new Set(token.ids)
      const includesRestored = cloud.graph.restoredUsersInDelta === 'always' || !token.select
      const size = cloud.graph.deltaPageSize
      const round = { directory, tracked, visible, isMinimal, includesRemoved, includesRestored, ids, size }
      const page =
        token.kind === 'snapshot'
          ? takeSnapshot(round, token.position)
          : takeChanges(round, token.position, token.until)
      const links = page.next === undefined ? deltaLink(cloud, token) : nextLink(cloud, token, { position: page.next })
      return { '@odata.context': context, ...links, value: shuffled(page.items, cloud.graph.deltaShuffleSeed) }
    })
  }
}
