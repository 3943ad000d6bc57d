import { refusals } from '@jackfield/contract/http/problems/refusals'
import { WebhookEndpointParams, WebhookReplay } from '@jackfield/contract/webhooks/webhook-endpoint'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'replayWebhooks',
  summary: 'Wake a parked endpoint, and send again what happened since a moment',
  tags: ['Webhooks'],
  params: WebhookEndpointParams,
  body: WebhookReplay,
  response: { 200: z.object({ messages: z.number().int().min(0) }) },
  refusals: refusals('webhook-endpoint-not-found'),
}

export const replayWebhooks: FastifyPluginAsyncZod<Pick<Ports, 'webhookEndpoints'>> = async (
  app,
  { webhookEndpoints },
) => {
  app.post('/tenants/:tenantId/webhook-endpoints/:endpointId/replay', { schema }, async (request) => {
    const { tenantId, endpointId: target } = request.params
    const entry = auditEntry(request, { action: 'webhook-endpoint.replay', tenantId, target })
    const replayed = await webhookEndpoints.replay(tenantId, target, request.body.since, entry)
    if (!replayed) throw refuse('webhook-endpoint-not-found')
    return replayed
  })
}
