import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import type { Cloud } from '../../cloud.ts'
import type { Member } from '../../directory/group.ts'
import { authenticate, type Caller, requireAny, visibleUserProperties } from '../bearer.ts'
import { badRequest, notFound } from '../graph-error.ts'
import { showObject } from './directory-objects.ts'

const Checked = z.object({ groupIds: z.array(z.guid().toLowerCase()).min(1).max(20) })
const Filter = z.object({ securityEnabledOnly: z.boolean().default(false) })
const Ids = z.object({
  ids: z.array(z.guid().toLowerCase()).min(1).max(1_000),
  types: z.array(z.string().toLowerCase()).default([]),
})

/** Membership checks, including nested groups, and objects by id. */
export const checkMembership: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud }) => {
  const strings = (value: readonly string[]) => ({
    '@odata.context': `${cloud.graphOrigin}/v1.0/$metadata#Collection(Edm.String)`,
    value,
  })
  const groupsOf = (caller: Caller, id: string) => {
    visibleUserProperties(caller)
    const user = caller.directory.users.find(id)
    if (!user) throw notFound(id)
    return caller.directory.groups.transitiveGroupsOf(user.id)
  }

  app.post<{ Params: { id: string } }>('/users/:id/checkMemberGroups', async ({ headers, params, body }) => {
    const groups = groupsOf(authenticate(headers.authorization, cloud), params.id)
    const asked = new Set(read(Checked, body).groupIds)
    return strings(groups.map(({ id }) => id).filter((id) => asked.has(id)))
  })

  for (const action of ['getMemberGroups', 'getMemberObjects']) {
    app.post<{ Params: { id: string } }>(`/users/:id/${action}`, async ({ headers, params, body }) => {
      const groups = groupsOf(authenticate(headers.authorization, cloud), params.id)
      const { securityEnabledOnly } = read(Filter, body ?? {})
      return strings(
        groups.filter(({ securityEnabled }) => securityEnabled || !securityEnabledOnly).map(({ id }) => id),
      )
    })
  }

  app.post('/directoryObjects/getByIds', async ({ headers, body }) => {
    const caller = authenticate(headers.authorization, cloud)
    requireAny(caller, 'Directory.Read.All', 'User.Read.All', 'Group.Read.All', 'GroupMember.Read.All')
    const { ids, types } = read(Ids, body)
    const { users, groups } = caller.directory
    const found = ids.flatMap((id): Member[] =>
      users.state(id) === 'live' ? [{ id, type: 'user' }] : groups.find(id) ? [{ id, type: 'group' }] : [],
    )
    const meant = found.filter(({ type }) => types.length === 0 || types.includes(type))
    return {
      '@odata.context': `${cloud.graphOrigin}/v1.0/$metadata#directoryObjects`,
      value: meant.map((member) => showObject(caller, member, { select: undefined, isCast: false })),
    }
  })
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const { data, error } = schema.safeParse(body)
  if (error) throw badRequest(`Invalid value for '${error.issues[0]?.path.join('.')}'.`)
  return data as T
}
