import type { FastifyPluginAsync } from 'fastify'
import type { Cloud } from '../../cloud.ts'
import type { Directory } from '../../directory/directory.ts'
import { authenticate, requireAny, type Visible, visibleUserProperties } from '../bearer.ts'
import { notFound } from '../graph-error.ts'
import { pageLink, readStart } from '../paging/page-link.ts'
import { isEventual } from '../query/listing.ts'
import { readOptions, readTop, refuseOptions } from '../query/query-options.ts'
import { DEFAULT_PROPERTIES, project, readSelect } from '../query/select.ts'

type ById = { Params: { id: string } }
type Deleted = ReturnType<Directory['users']['deleted']>[number]

/** The recycle bin of users, who are purged after thirty days. */
export const deletedItems: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud: everywhere }) => {
  const binOf = (directory: Directory, id: string) => {
    const found = directory.users.deleted().find(({ user }) => user.id === id.toLowerCase())
    if (!found) throw notFound(id)
    return found
  }

  app.get('/directory/deletedItems/microsoft.graph.user', async ({ headers, query }) => {
    const caller = authenticate(headers.authorization, everywhere)
    const { cloud } = caller
    const visible = visibleUserProperties(caller)
    const options = readOptions(query)
    refuseOptions(
      options,
      ['skip', 'filter', 'orderby', 'search'],
      (option) => `'$${option}' is not supported on deleted items.`,
    )
    const select = readSelect(options.select)
    const size = readTop(options.top) ?? cloud.graph.defaultPageSize
    const start = readStart(options, cloud.run)?.position ?? 0
    const all = caller.directory.users.deleted()
    const next =
      start + size < all.length ? { run: cloud.run, position: start + size, after: null, page: 0 } : undefined
    const base = `${cloud.graphOrigin}/v1.0/directory/deletedItems/microsoft.graph.user`
    return {
      '@odata.context': `${cloud.graphOrigin}/v1.0/$metadata#users${select ? `(${select.join(',')})` : ''}`,
      ...(options.count === 'true' &&
        isEventual(headers.consistencylevel) &&
        start === 0 && { '@odata.count': all.length }),
      ...(next && { '@odata.nextLink': pageLink(base, options, next) }),
      value: all.slice(start, start + size).map((one) => show(one, select, visible)),
    }
  })

  app.get<ById>('/directory/deletedItems/:id', async ({ headers, params, query }) => {
    const caller = authenticate(headers.authorization, everywhere)
    const visible = visibleUserProperties(caller)
    const shown = show(binOf(caller.directory, params.id), readSelect(readOptions(query).select), visible)
    const context = `${everywhere.graphOrigin}/v1.0/$metadata#directoryObjects/$entity`
    return { '@odata.context': context, '@odata.type': '#microsoft.graph.user', ...shown }
  })

  app.post<ById>('/directory/deletedItems/:id/restore', async ({ headers, params }) => {
    const caller = authenticate(headers.authorization, everywhere)
    requireAny(caller, 'User.DeleteRestore.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All')
    const user = caller.directory.users.restore(binOf(caller.directory, params.id).user.id)
    const context = `${everywhere.graphOrigin}/v1.0/$metadata#directoryObjects/$entity`
    return {
      '@odata.context': context,
      '@odata.type': '#microsoft.graph.user',
      ...project(user, DEFAULT_PROPERTIES, null),
    }
  })

  app.delete<ById>('/directory/deletedItems/:id', async ({ headers, params }, reply) => {
    const caller = authenticate(headers.authorization, everywhere)
    requireAny(caller, 'User.DeleteRestore.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All')
    caller.directory.users.purge(binOf(caller.directory, params.id).user.id)
    return reply.code(204).send()
  })
}

function show(
  { user, deletedDateTime }: Deleted,
  select: readonly string[] | undefined,
  visible: Visible,
): Record<string, unknown> {
  const shown = project(user, select ?? DEFAULT_PROPERTIES, visible)
  return !select || select.includes('deletedDateTime') ? { ...shown, deletedDateTime } : shown
}
