import type { FastifyPluginAsync } from 'fastify'
import type { Cloud } from '../../cloud.ts'
import type { Group } from '../../directory/group.ts'
import { authenticate } from '../bearer.ts'
import { badRequest, unsupportedQuery } from '../graph-error.ts'
import { pageLink, readStart } from '../paging/page-link.ts'
import { isEventual } from '../query/listing.ts'
import { readOptions, readTop, refuseOptions } from '../query/query-options.ts'
import { findGroup, readGroupSelect, requireGroups, showGroup } from './group-access.ts'

export const listGroups: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud: everywhere }) => {
  app.get('/groups', async ({ headers, query }) => {
    const caller = authenticate(headers.authorization, everywhere)
    const { cloud } = caller
    requireGroups(caller)
    const options = readOptions(query)
    refuseOptions(
      options,
      ['skip', 'orderby', 'search', 'expand'],
      (option) => `'$${option}' is not supported by the service.`,
    )
    const select = readGroupSelect(options.select)
    const size = readTop(options.top) ?? cloud.graph.defaultPageSize
    const matching = caller.directory.groups.all().filter(readGroupFilter(options.filter))
    const start = readStart(options, cloud.run)?.position ?? 0
    const next =
      start + size < matching.length ? { run: cloud.run, position: start + size, after: null, page: 0 } : undefined
    const isCounted = options.count === 'true' && isEventual(headers.consistencylevel) && start === 0
    return {
      '@odata.context': `${cloud.graphOrigin}/v1.0/$metadata#groups${select ? `(${select.join(',')})` : ''}`,
      ...(isCounted && { '@odata.count': matching.length }),
      ...(next && { '@odata.nextLink': pageLink(`${cloud.graphOrigin}/v1.0/groups`, options, next) }),
      value: matching.slice(start, start + size).map((group) => showGroup(group, select)),
    }
  })

  app.get('/groups/$count', async ({ headers, query }, reply) => {
    const caller = authenticate(headers.authorization, everywhere)
    requireGroups(caller)
    if (!isEventual(headers.consistencylevel)) throw badRequest('$count is not currently supported.')
    const { length } = caller.directory.groups.all().filter(readGroupFilter(readOptions(query).filter))
    return reply.type('text/plain').send(String(length))
  })

  app.get<{ Params: { id: string } }>('/groups/:id', async ({ headers, params, query }) => {
    const caller = authenticate(headers.authorization, everywhere)
    requireGroups(caller)
    const select = readGroupSelect(readOptions(query).select)
    const context = `${everywhere.graphOrigin}/v1.0/$metadata#groups${select ? `(${select.join(',')})` : ''}/$entity`
    return { '@odata.context': context, ...showGroup(findGroup(caller, params.id), select) }
  })
}

/** Accepts what importers send: one comparison with the name, the mail or the kind. */
function readGroupFilter(filter: string | undefined): (group: Group) => boolean {
  if (filter === undefined) return () => true
  const unified = /^\s*groupTypes\/any\(\w+:\w+ eq 'Unified'\)\s*$/i.test(filter)
  if (unified) return ({ groupTypes }) => groupTypes.includes('Unified')
  const flag = /^\s*(mailEnabled|securityEnabled) eq (true|false)\s*$/.exec(filter)
  if (flag) return (group) => group[flag[1] as 'mailEnabled'] === (flag[2] === 'true')
  const text =
    /^\s*(?:(?<equal>displayName|mail) eq|startsWith\((?<start>displayName|mail),)\s*'(?<value>(?:[^']|'')*)'\)?\s*$/i.exec(
      filter,
    )?.groups
  if (!text) throw unsupportedQuery(`Unsupported or invalid query filter clause: '${filter}'.`)
  const name = (text.equal ?? text.start)?.toLowerCase() === 'mail' ? 'mail' : 'displayName'
  const value = (text.value ?? '').replaceAll("''", "'").toLowerCase()
  return (group) => {
    const stored = group[name]?.toLowerCase() ?? ''
    return text.equal ? stored === value : stored.startsWith(value)
  }
}
