import { IfMatch, isMatch, UNCHANGING_VERSION } from '@jackfield/contract/http/entity-tag'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { WebhookEndpointParams } from '@jackfield/contract/webhooks/webhook-endpoint'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'deleteWebhookEndpoint',
  summary: 'Tell an address nothing more',
  tags: ['Webhooks'],
  params: WebhookEndpointParams,
  headers: IfMatch,
  response: {
    204: z.undefined().meta({ description: 'Deleted' }),
  },
  refusals: refusals('webhook-endpoint-not-found', 'version-conflict'),
}

export const deleteWebhookEndpoint: FastifyPluginAsyncZod<Pick<Ports, 'webhookEndpoints'>> = async (
  app,
  { webhookEndpoints },
) => {
  app.delete('/tenants/:tenantId/webhook-endpoints/:endpointId', { schema }, async (request, reply) => {
    const { tenantId, endpointId: target } = request.params
    // An endpoint never changes; the state of its deliveries is not part of the version.
    const isSeen = isMatch(request.headers['if-match'], UNCHANGING_VERSION)
    const entry = auditEntry(request, { action: 'webhook-endpoint.delete', tenantId, target })
    const deleted = isSeen
      ? await webhookEndpoints.delete(tenantId, target, entry)
      : (await webhookEndpoints.find(tenantId, target)) !== undefined
    if (deleted && !isSeen) throw refuse('version-conflict')
    if (!deleted) throw refuse('webhook-endpoint-not-found')
    return reply.status(204).send()
  })
}
