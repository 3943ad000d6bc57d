import { ApiKey } from '@jackfield/contract/access/api-key'
import { PageQuery, pageOf } from '@jackfield/contract/http/page'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { toPage } from '@jackfield/postgres/cursor'
import { readRange } from '@jackfield/postgres/list-page'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { tenantFilter } from '../../guards/caller-scope.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'listApiKeys',
  summary: 'List API keys; a tenant’s admin sees those of that tenant',
  tags: ['API keys'],
  querystring: PageQuery,
  response: { 200: pageOf(ApiKey) },
  refusals: refusals('invalid-cursor'),
}

export const listApiKeys: FastifyPluginAsyncZod<Pick<Ports, 'apiKeys'>> = async (app, { apiKeys }) => {
  app.get('/api-keys', { schema }, async ({ caller, query }) =>
    toPage(await apiKeys.list(tenantFilter(caller), readRange(query)), query.limit, (key) => [key.id]),
  )
}
