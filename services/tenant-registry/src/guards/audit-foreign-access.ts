import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Ports } from '../ports.ts'

/**
 * Records a refused request of one tenant's caller to another tenant (AD-02), for the caller's tenant, before the
 * answer is sent.
 */
export function auditForeignAccess(audit: Ports['audit']) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { tenantId } = request.params as { tenantId?: string }
    const scope = request.caller?.scope
    if (
      reply.statusCode < 400 ||
      tenantId === undefined ||
      scope === undefined ||
      scope === 'platform' ||
      scope === tenantId
    )
      return
    const details = { method: request.method, route: request.routeOptions.url ?? '' }
    await audit
      .record(
        auditEntry(request, {
          action: 'foreign-access',
          outcome: 'refused',
          tenantId: scope,
          target: tenantId.slice(0, 200),
          details,
        }),
      )
      .catch((error: unknown) => request.log.error({ err: error }, 'foreign access could not be audited'))
  }
}
