import { TenantParams } from '@jackfield/contract/http/identifier'
import { pageOf } from '@jackfield/contract/http/page'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { PhoneUser, PhoneUserQuery } from '@jackfield/contract/roster/phone-user'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { searchedDigits } from '../../domain/phone-number.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'listUsers',
  summary: 'List the phone users, in order of names',
  tags: ['Users'],
  params: TenantParams,
  querystring: PhoneUserQuery,
  response: { 200: pageOf(PhoneUser) },
  refusals: refusals('invalid-cursor'),
}

export const listUsers: FastifyPluginAsyncZod<Pick<Ports, 'users' | 'registry'>> = async (app, { users, registry }) => {
  app.get('/tenants/:tenantId/users', { schema }, async ({ params, query }) => {
    const { search } = query
    const digits = search && searchedDigits(search, await registry.countryOf(params.tenantId))
    const page = await users.list(params.tenantId, query, digits || undefined)
    if ('kind' in page) throw refuse('invalid-cursor')
    return page
  })
}
