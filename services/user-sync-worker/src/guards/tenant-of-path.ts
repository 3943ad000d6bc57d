import type { FastifyRequest } from 'fastify'
import { refuse } from '../errors.ts'
import type { Ports } from '../ports.ts'

const tenantOf = ({ params }: FastifyRequest) => (params as { tenantId?: string }).tenantId ?? ''

/**
 * Confines the request's database work to the tenant in its path (T-90). Set after the body was read: reading it leaves
 * the scope.
 */
export function confineToTenant({ inScope }: Pick<Ports, 'inScope'>) {
  return (request: FastifyRequest, _reply: unknown, done: () => void): void => inScope(tenantOf(request), done)
}

/**
 * Refuses tenants that do not exist. A tenant's own admin proves that it existed; a platform admin can name any. A
 * removed tenant is refused to both, however long a session of its admins lasts.
 */
export function requireTenant({ registry, tenantData }: Pick<Ports, 'registry' | 'tenantData'>) {
  return async (request: FastifyRequest): Promise<void> => {
    const tenantId = tenantOf(request)
    if (await tenantData.isRemoved(tenantId)) throw refuse('tenant-not-found')
    if (request.caller.scope !== 'platform') return
    const known = await registry.hasTenant(tenantId)
    if (typeof known === 'object') throw refuse('temporarily-unavailable')
    if (!known) throw refuse('tenant-not-found')
  }
}
