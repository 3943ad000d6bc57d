import type { FastifyPluginAsync } from 'fastify'
import type { Cloud } from '../../cloud.ts'
import { authenticate, type Caller, requireAny, visibleUserProperties } from '../bearer.ts'
import { notFound } from '../graph-error.ts'
import { readOptions } from '../query/query-options.ts'
import { DEFAULT_PROPERTIES, keepKnown, project } from '../query/select.ts'

export const getUser: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud }) => {
  const answer = (caller: Caller, id: string, query: unknown, visible: ReadonlySet<string> | null) => {
    const user = caller.directory.users.find(id)
    if (!user) throw notFound(id)
    const select = keepKnown(readOptions(query).select)
    const context = `${cloud.graphOrigin}/v1.0/$metadata#users${select ? `(${select.join(',')})` : ''}/$entity`
    return { '@odata.context': context, ...project(user, select ?? DEFAULT_PROPERTIES, visible) }
  }

  app.get<{ Params: { id: string } }>('/users/:id', async ({ headers, params, query }) => {
    const caller = authenticate(headers.authorization, cloud)
    return answer(caller, params.id, query, visibleUserProperties(caller))
  })

  app.get('/me', async ({ headers, query }) => {
    const caller = authenticate(headers.authorization, cloud)
    requireAny(caller, 'User.Read', 'User.ReadBasic.All', 'User.Read.All', '.default')
    return answer(caller, caller.userId, query, null)
  })
}
