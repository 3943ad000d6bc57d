import { TenantParams } from '@jackfield/contract/http/identifier'
import { PageQuery, pageOf } from '@jackfield/contract/http/page'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { PhoneSystem } from '@jackfield/contract/roster/phone-system'
import { toPage } from '@jackfield/postgres/cursor'
import { readRange } from '@jackfield/postgres/list-page'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'listPhoneSystems',
  summary: 'List the phone systems',
  tags: ['Phone systems'],
  params: TenantParams,
  querystring: PageQuery,
  response: { 200: pageOf(PhoneSystem) },
  refusals: refusals('invalid-cursor'),
}

export const listPhoneSystems: FastifyPluginAsyncZod<Pick<Ports, 'phoneSystems'>> = async (app, { phoneSystems }) => {
  app.get('/tenants/:tenantId/phone-systems', { schema }, async ({ params, query }) =>
    toPage(await phoneSystems.list(params.tenantId, readRange(query)), query.limit, ({ id }) => [id]),
  )
}
