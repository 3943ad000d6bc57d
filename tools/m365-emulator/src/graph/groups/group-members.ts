import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyPluginAsync } from 'fastify'
import type { Cloud } from '../../cloud.ts'
import type { Member } from '../../directory/group.ts'
import { authenticate, type Caller, visibleUserProperties } from '../bearer.ts'
import { badRequest, notFound, unsupportedQuery } from '../graph-error.ts'
import { pageLink, readStart } from '../paging/page-link.ts'
import { isEventual } from '../query/listing.ts'
import { readOptions, readTop, refuseOptions } from '../query/query-options.ts'
import { readCast, readObjectSelect, showObject } from './directory-objects.ts'
import { findGroup, requireGroups } from './group-access.ts'

type OfGroup = { Params: { id: string; cast?: string } }
type Asked = { headers: IncomingHttpHeaders; query: unknown; cast: string | undefined; path: string }

/** Members of a group and groups of an object: direct and nested, whole or cast to one type. */
export const groupMembers: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud: everywhere }) => {
  for (const [segment, isTransitive] of [
    ['members', false],
    ['transitiveMembers', true],
  ] as const) {
    const membersOf = ({ directory }: Caller, id: string) =>
      directory.groups[isTransitive ? 'transitiveMembers' : 'members'](id)
    app.get<OfGroup>(`/groups/:id/${segment}/$count`, async ({ headers, params }, reply) => {
      const caller = authenticate(headers.authorization, everywhere)
      requireGroups(caller)
      if (!isEventual(headers.consistencylevel)) throw badRequest('$count is not currently supported.')
      return reply.type('text/plain').send(String(membersOf(caller, findGroup(caller, params.id).id).length))
    })
    for (const path of [`/groups/:id/${segment}`, `/groups/:id/${segment}/:cast`]) {
      app.get<OfGroup>(path, async ({ headers, params, query }) => {
        const caller = authenticate(headers.authorization, everywhere)
        requireGroups(caller)
        const group = findGroup(caller, params.id)
        if (readCast(params.cast) === 'group' && group.groupTypes.includes('Unified'))
          throw unsupportedQuery('The specified cast is not possible: a Microsoft 365 group holds no groups.')
        const asked = { headers, query, cast: params.cast, path: `groups/${group.id}/${segment}` }
        return answer(caller, membersOf(caller, group.id), asked, isTransitive)
      })
    }
  }
  for (const [segment, isTransitive] of [
    ['memberOf', false],
    ['transitiveMemberOf', true],
  ] as const) {
    for (const path of [`/users/:id/${segment}`, `/users/:id/${segment}/:cast`]) {
      app.get<OfGroup>(path, async ({ headers, params, query }) => {
        const caller = authenticate(headers.authorization, everywhere)
        visibleUserProperties(caller)
        const user = caller.directory.users.find(params.id)
        if (!user) throw notFound(params.id)
        const groups = caller.directory.groups[isTransitive ? 'transitiveGroupsOf' : 'groupsOf'](user.id)
        const objects = groups.map(({ id }): Member => ({ id, type: 'group' }))
        return answer(
          caller,
          objects,
          { headers, query, cast: params.cast, path: `users/${user.id}/${segment}` },
          isTransitive,
        )
      })
    }
  }
}

function answer(caller: Caller, all: readonly Member[], { headers, query, cast, path }: Asked, isTransitive: boolean) {
  const { cloud } = caller
  const options = readOptions(query)
  refuseOptions(
    options,
    ['skip', 'filter', 'orderby', 'search'],
    (option) => `'$${option}' is not supported on ${path.split('/').at(-1)}.`,
  )
  const isCounted = options.count === 'true' && isEventual(headers.consistencylevel)
  const type = readCast(cast)
  if (type && isTransitive && !isCounted) throw unsupportedQuery('A cast of a transitive list is an advanced query.')
  const select = readObjectSelect(options.select)
  const size = readTop(options.top) ?? cloud.graph.defaultPageSize
  const start = readStart(options, cloud.run)?.position ?? 0
  const meant = type ? all.filter((member) => member.type === type) : all
  const base = `${cloud.graphOrigin}/v1.0/${path}${cast ? `/${cast}` : ''}`
  const next =
    start + size < meant.length ? { run: cloud.run, position: start + size, after: null, page: 0 } : undefined
  return {
    '@odata.context': `${cloud.graphOrigin}/v1.0/$metadata#${type ? `${type}s` : 'directoryObjects'}`,
    ...(isCounted && start === 0 && { '@odata.count': meant.length }),
    ...(next && { '@odata.nextLink': pageLink(base, options, next) }),
    value: meant
      .slice(start, start + size)
      .map((member) => showObject(caller, member, { select, isCast: type !== undefined })),
  }
}
