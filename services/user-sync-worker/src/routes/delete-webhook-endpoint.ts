import { Problem } from '@jackfield/contract/problem'
import { WebhookEndpointParams } from '@jackfield/contract/webhook-endpoint'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuse } from '../errors.ts'
import type { Ports } from '../ports.ts'
import { auditEntry } from './audit-entry.ts'

const schema = {
  operationId: 'deleteWebhookEndpoint',
  summary: 'Tell an address nothing more',
  tags: ['Webhooks'],
  params: WebhookEndpointParams,
  response: { 204: z.undefined().meta({ description: 'Deleted' }), 404: Problem },
}

export const deleteWebhookEndpoint: FastifyPluginAsyncZod<Pick<Ports, 'webhookEndpoints'>> = async (app, { webhookEndpoints }) => {
  app.delete('/tenants/:tenantId/webhook-endpoints/:endpointId', { schema }, async (request, reply) => {
    const { tenantId, endpointId: target } = request.params
    const deleted = await webhookEndpoints.delete(
      tenantId,
      target,
      auditEntry(request, { action: 'webhook-endpoint.delete', tenantId, target }),
    )
    if (!deleted) throw refuse('webhook-endpoint-not-found')
    return reply.status(204).send()
  })
}
