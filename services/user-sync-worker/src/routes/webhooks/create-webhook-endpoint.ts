import { TenantParams } from '@jackfield/contract/http/identifier'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { CreatedWebhookEndpoint, NewWebhookEndpoint } from '@jackfield/contract/webhooks/webhook-endpoint'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { limitReached, refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'createWebhookEndpoint',
  summary: 'Tell an address of a phone system what changes; the answer shows the signing secret, once',
  tags: ['Webhooks'],
  params: TenantParams,
  body: NewWebhookEndpoint,
  response: {
    201: CreatedWebhookEndpoint,
  },
  refusals: refusals('webhook-address-refused', 'limit-reached', 'webhooks-not-configured'),
}

export const createWebhookEndpoint: FastifyPluginAsyncZod<
  Pick<Ports, 'webhookEndpoints' | 'isWebhookAddress'>
> = async (app, { webhookEndpoints, isWebhookAddress }) => {
  app.post('/tenants/:tenantId/webhook-endpoints', { schema }, async (request, reply) => {
    const { tenantId } = request.params
    if (!isWebhookAddress(request.body.url)) throw refuse('webhook-address-refused')
    const entryFor = (target: string) =>
      auditEntry(request, {
        action: 'webhook-endpoint.create',
        tenantId,
        target,
        details: { host: new URL(request.body.url).host },
      })
    const created = await webhookEndpoints.create(tenantId, request.body, entryFor)
    if (created === 'limit-reached') throw limitReached('webhook-endpoints')
    if (!created) throw refuse('webhooks-not-configured')
    return reply.status(201).send(created)
  })
}
