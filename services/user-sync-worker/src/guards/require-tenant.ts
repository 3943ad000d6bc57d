import type { FastifyRequest } from 'fastify'
import { refuse } from '../errors.ts'
import type { Ports } from '../ports.ts'

/**
 * A tenant's own admin proves that the tenant existed; a platform admin can name any, and the registry knows which do.
 * One that was removed is gone for both, however long a session of its admins lasts.
 */
export function requireTenant({ registry, tenantData }: Pick<Ports, 'registry' | 'tenantData'>) {
  return async (request: FastifyRequest): Promise<void> => {
    const { tenantId } = request.params as { tenantId: string }
    if (await tenantData.isRemoved(tenantId)) throw refuse('tenant-not-found')
    if (request.caller.scope !== 'platform') return
    const known = await registry.hasTenant(tenantId)
    if (typeof known === 'object') throw refuse('temporarily-unavailable')
    if (!known) throw refuse('tenant-not-found')
  }
}
