import { refusals } from '@jackfield/contract/http/problems/refusals'
import { WebhookEndpoint, WebhookEndpointParams } from '@jackfield/contract/webhooks/webhook-endpoint'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'getWebhookEndpoint',
  summary: 'Read a webhook endpoint, and how it does',
  tags: ['Webhooks'],
  params: WebhookEndpointParams,
  response: { 200: WebhookEndpoint },
  refusals: refusals('webhook-endpoint-not-found'),
}

export const getWebhookEndpoint: FastifyPluginAsyncZod<Pick<Ports, 'webhookEndpoints'>> = async (
  app,
  { webhookEndpoints },
) => {
  app.get('/tenants/:tenantId/webhook-endpoints/:endpointId', { schema }, async ({ params }) => {
    const endpoint = await webhookEndpoints.find(params.tenantId, params.endpointId)
    if (!endpoint) throw refuse('webhook-endpoint-not-found')
    return endpoint
  })
}
