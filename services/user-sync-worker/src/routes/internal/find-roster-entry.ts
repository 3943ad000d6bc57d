import { TenantParams } from '@jackfield/contract/http/identifier'
import { RosterEntry, RosterIdentityQuery } from '@jackfield/contract/internal/internal-api'
import { UserParams } from '@jackfield/contract/roster/phone-user'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const response = { 200: RosterEntry }

/** For the gateway; includes deleted users, with their status. */
export const findRosterEntry: FastifyPluginAsyncZod<Pick<Ports, 'users'>> = async (app, { users }) => {
  const byIdentity = { hide: true, params: TenantParams, querystring: RosterIdentityQuery, response }
  app.get('/tenants/:tenantId/phone-users', { schema: byIdentity }, async ({ params, query }) => {
    const user = await users.findByIdentity(params.tenantId, query.directoryId, query.objectId)
    if (!user) throw refuse('user-not-found')
    return user
  })

  const byId = { hide: true, params: UserParams, response }
  app.get('/tenants/:tenantId/phone-users/:userId', { schema: byId }, async ({ params }) => {
    const user = await users.find(params.tenantId, params.userId)
    if (!user) throw refuse('user-not-found')
    return user
  })
}
