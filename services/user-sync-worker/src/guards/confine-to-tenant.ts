import type { FastifyRequest } from 'fastify'
import type { InScope } from '../ports.ts'

/**
 * What a request does in the database is confined to the tenant in its path (T-90). Set after the body was read:
 * reading it leaves the scope.
 */
export function confineToTenant(inScope: InScope) {
  return (request: FastifyRequest, _reply: unknown, done: () => void): void => {
    const { tenantId } = request.params as { tenantId?: string }
    inScope(tenantId ?? '', done)
  }
}
