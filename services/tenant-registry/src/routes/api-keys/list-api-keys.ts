import { ApiKey } from '@jackfield/contract/access/api-key'
import { PageQuery, pageOf } from '@jackfield/contract/http/page'
import { Problem } from '@jackfield/contract/http/problem'
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
  response: { 200: pageOf(ApiKey), 400: Problem },
}

export const listApiKeys: FastifyPluginAsyncZod<Pick<Ports, 'apiKeys'>> = async (app, { apiKeys }) => {
  app.get('/api-keys', { schema }, async ({ caller, query }) =>
    toPage(await apiKeys.list(tenantFilter(caller), readRange(query)), query.limit, (key) => [key.id]),
  )
}
