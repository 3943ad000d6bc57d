import { Administrator, AdministratorQuery } from '@jackfield/contract/access/administrator'
import { pageOf } from '@jackfield/contract/http/page'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { toPage } from '@jackfield/postgres/cursor'
import { readRange } from '@jackfield/postgres/list-page'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { tenantFilter } from '../../guards/caller-scope.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'listAdministrators',
  summary: 'List who enters Control with Microsoft; a tenant’s admin sees that tenant’s',
  tags: ['Administrators'],
  querystring: AdministratorQuery,
  response: { 200: pageOf(Administrator) },
  refusals: refusals('invalid-cursor'),
}

export const listAdministrators: FastifyPluginAsyncZod<Pick<Ports, 'administrators'>> = async (
  app,
  { administrators },
) => {
  app.get('/administrators', { schema }, async ({ caller, query }) =>
    toPage(
      await administrators.list(tenantFilter(caller), query.signInTenantId, readRange(query)),
      query.limit,
      (administrator) => [administrator.id],
    ),
  )
}
