import { TenantParams } from '@jackfield/contract/http/identifier'
import { PageQuery, pageOf } from '@jackfield/contract/http/page'
import { Problem } from '@jackfield/contract/http/problem'
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
  response: { 200: pageOf(WebhookEndpoint), 400: Problem, 404: Problem },
}

export const listWebhookEndpoints: FastifyPluginAsyncZod<Pick<Ports, 'webhookEndpoints'>> = async (
  app,
  { webhookEndpoints },
) => {
  app.get('/tenants/:tenantId/webhook-endpoints', { schema }, async ({ params, query }) =>
    toPage(await webhookEndpoints.list(params.tenantId, readRange(query)), query.limit, ({ id }) => [id]),
  )
}
