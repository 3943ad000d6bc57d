import { Administrator } from '@jackfield/contract/access/administrator'
import { TenantParams } from '@jackfield/contract/http/identifier'
import { RosterIdentityQuery } from '@jackfield/contract/internal/internal-api'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = { hide: true, params: TenantParams, querystring: RosterIdentityQuery, response: { 200: Administrator } }

/**
 * The administrator with this identity who signs in to Control through this tenant; sign-ins through another tenant do
 * not count.
 */
export const findAdministrator: FastifyPluginAsyncZod<Pick<Ports, 'administrators'>> = async (
  app,
  { administrators },
) => {
  app.get('/tenants/:tenantId/administrators', { schema }, async ({ params, query }) => {
    const administrator = await administrators.findByIdentity({ signInTenantId: params.tenantId, ...query })
    if (!administrator) throw refuse('administrator-not-found')
    return administrator
  })
}
