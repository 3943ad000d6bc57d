import type { FastifyRequest } from 'fastify'
import { refuse } from '../errors.ts'
import type { Registry } from '../ports.ts'

/** A tenant's own admin proves that the tenant exists; a platform admin can name any, and the registry knows which do. */
export function requireTenant(registry: Registry) {
  return async (request: FastifyRequest): Promise<void> => {
    if (request.caller.scope !== 'platform') return
    const { tenantId } = request.params as { tenantId: string }
    const known = await registry.hasTenant(tenantId)
    if (typeof known === 'object') throw refuse('temporarily-unavailable')
    if (!known) throw refuse('tenant-not-found')
  }
}
