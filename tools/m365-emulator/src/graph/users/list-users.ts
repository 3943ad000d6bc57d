import type { FastifyPluginAsync } from 'fastify'
import type { Cloud } from '../../cloud.ts'
import { authenticate, visibleUserProperties } from '../bearer.ts'
import { badRequest } from '../graph-error.ts'
import { expiredPageToken, pageLink, readStart } from '../paging/page-link.ts'
import { isLeftEmpty } from '../paging/page-token.ts'
import { BEGINNING, countMatching, isEventual, readListing, takePage } from '../query/listing.ts'
import { readOptions, readTop, refuseOptions } from '../query/query-options.ts'
import { DEFAULT_PROPERTIES, project, readSelect } from '../query/select.ts'

export const listUsers: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud: everywhere }) => {
  app.get('/users', async ({ headers, query }) => {
    const caller = authenticate(headers.authorization, everywhere)
    const { cloud, directory } = caller
    const visible = visibleUserProperties(caller)
    const options = readOptions(query)
    refuseOptions(options, ['skip'], () => "'$skip' is not supported by the service.")
    const listing = readListing(options, isEventual(headers.consistencylevel))
    const select = readSelect(options.select)
    const size = readTop(options.top) ?? cloud.graph.defaultPageSize
    const start = readStart(options, cloud.run)
    if (start && listing.isOnePage && cloud.graph.licencePagesExpire) throw expiredPageToken()

    const place = start ?? { ...BEGINNING, page: 0 }
    const isEmpty = isLeftEmpty(place.page, cloud.graph.emptyPageEvery)
    const page = isEmpty ? { users: [], next: place } : await takePage(directory.users, listing, place, size)
    const origin = `${cloud.graphOrigin}/v1.0`
    const next =
      page.next && pageLink(`${origin}/users`, options, { run: cloud.run, ...page.next, page: place.page + 1 })
    return {
      '@odata.context': `${origin}/$metadata#users${select ? `(${select.join(',')})` : ''}`,
      ...(listing.count && !start && { '@odata.count': await countMatching(directory.users, listing) }),
      ...(next !== undefined && { '@odata.nextLink': next }),
      value: page.users.map((user) => project(user, select ?? DEFAULT_PROPERTIES, visible)),
    }
  })

  app.get('/users/$count', async ({ headers, query }, reply) => {
    const caller = authenticate(headers.authorization, everywhere)
    visibleUserProperties(caller)
    if (!isEventual(headers.consistencylevel)) throw badRequest('$count is not currently supported.')
    const listing = readListing({ ...readOptions(query), count: 'true' }, true)
    return reply.type('text/plain').send(String(await countMatching(caller.directory.users, listing)))
  })
}
