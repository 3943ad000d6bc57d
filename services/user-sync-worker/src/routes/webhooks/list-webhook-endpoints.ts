import { TenantParams } from '@jackfield/contract/http/identifier'
import { PageQuery, pageOf } from '@jackfield/contract/http/page'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { WebhookEndpoint } from '@jackfield/contract/webhooks/webhook-endpoint'
import { toPage } from '@jackfield/postgres/cursor'
import { readRange } from '@jackfield/postgres/list-page'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'listWebhookEndpoints',
  summary: 'List the webhook endpoints and how they do',
  tags: ['Webhooks'],
  params: TenantParams,
  querystring: PageQuery,
  response: { 200: pageOf(WebhookEndpoint) },
  refusals: refusals('invalid-cursor'),
}

export const listWebhookEndpoints: FastifyPluginAsyncZod<Pick<Ports, 'webhookEndpoints'>> = async (
  app,
  { webhookEndpoints },
) => {
  app.get('/tenants/:tenantId/webhook-endpoints', { schema }, async ({ params, query }) =>
    toPage(await webhookEndpoints.list(params.tenantId, readRange(query)), query.limit, ({ id }) => [id]),
  )
}
