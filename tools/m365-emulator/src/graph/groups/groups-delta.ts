import type { FastifyPluginAsync } from 'fastify'
import type { Cloud } from '../../cloud.ts'
import { GROUP_PROPERTIES } from '../../directory/group.ts'
import { shuffled } from '../../directory/random.ts'
import { authenticate } from '../bearer.ts'
import { currentToken, deltaLink, isLatest, nextLink } from '../delta/delta-token.ts'
import { prefersMinimal } from '../delta/prefer.ts'
import { isLeftEmpty } from '../paging/page-token.ts'
import { readOptions, refuseOptions } from '../query/query-options.ts'
import { readGroupSelect, requireGroups } from './group-access.ts'
import { takeGroupChanges, takeGroups } from './groups-delta-round.ts'

export const groupsDelta: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud: everywhere }) => {
  for (const path of [
    '/groups/delta',
    '/groups/delta()',
    '/groups/microsoft.graph.delta()',
    '/groups/microsoft.graph.delta',
  ]) {
    app.get(path, async ({ headers, query }, reply) => {
      const caller = authenticate(headers.authorization, everywhere)
      const { cloud, directory } = caller
      requireGroups(caller)
      const options = readOptions(query)
      refuseOptions(
        options,
        ['top', 'orderby', 'expand', 'search', 'count', 'skip'],
        (option) => `'$${option}' is not supported for delta queries on groups.`,
      )
      const token = currentToken(options, cloud, { resource: 'groups', directory, readSelect: readGroupSelect })
      const context = `${cloud.graphOrigin}/v1.0/$metadata#groups${token.select ? `(${token.select.join(',')})` : ''}`
      if (isLatest(options)) return { '@odata.context': context, ...deltaLink(cloud, token), value: [] }
      if (isLeftEmpty(token.page, cloud.graph.emptyPageEvery))
        return { '@odata.context': context, ...nextLink(cloud, token, token), value: [] }

      const round = {
        directory,
        tracked: new Set([...(token.select ?? [...GROUP_PROPERTIES, 'members']), 'id']),
        isMinimal: prefersMinimal(headers.prefer, reply),
        ids: token.ids && new Set(token.ids),
        size: cloud.graph.deltaPageSize,
        slice: cloud.graph.deltaMembersSlice,
      }
      const page = token.kind === 'snapshot' ? takeGroups(round, token) : takeGroupChanges(round, token)
      const links = page.next ? nextLink(cloud, token, page.next) : deltaLink(cloud, token)
      return { '@odata.context': context, ...links, value: shuffled(page.items, cloud.graph.deltaShuffleSeed) }
    })
  }
}
