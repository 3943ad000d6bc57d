import type { Principal } from '@jackfield/contract/access/principal'
import { refuse } from '@jackfield/problem/refuse'
import type { FastifyRequest } from 'fastify'
import type { Ports } from '../ports.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller of the admin API, set by `adminGuard`. */
    principal: Principal
  }
}

/**
 * Guard of routes of one tenant that the gateway answers itself, by the rules of the services behind: a foreign tenant is
 * answered like a missing one and audited (T-90, AD-02), a reader only reads, a hand-over link reaches none of them.
 */
export function tenantGuard({ records }: Pick<Ports, 'records'>) {
  return async (request: FastifyRequest): Promise<void> => {
    const { scope, id: actor } = request.principal
    const { tenantId } = request.params as { tenantId: string }
    if (scope === 'platform' || scope === tenantId) return refuseReaders(request)
    const details = { method: request.method, route: request.routeOptions.url ?? '' }
    const event = { tenantId: scope, actor, action: 'foreign-access', outcome: 'refused' as const, target: tenantId }
    await records.audit({ ...event, requestId: request.id, details })
    throw refuse('not-found')
  }
}

/** Guard of routes of the platform that the gateway answers itself. */
export async function platformGuard(request: FastifyRequest): Promise<void> {
  if (request.principal.scope !== 'platform') throw refuse('forbidden')
  refuseReaders(request)
}

function refuseReaders({ principal: { role }, method }: FastifyRequest): void {
  if (role === 'admin' || (role === 'read' && (method === 'GET' || method === 'HEAD'))) return
  throw refuse('forbidden')
}
