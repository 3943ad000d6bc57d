import { PageQuery, pageOf } from '@jackfield/contract/http/page'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { Extension, PhoneSystemParams } from '@jackfield/contract/roster/phone-system'
import { ExtensionNumber } from '@jackfield/contract/roster/phone-user'
import { toPage } from '@jackfield/postgres/cursor'
import { readRange } from '@jackfield/postgres/list-page'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'listExtensions',
  summary: 'List the extensions of a phone system and who holds them',
  tags: ['Phone systems'],
  params: PhoneSystemParams,
  querystring: PageQuery,
  response: { 200: pageOf(Extension) },
  refusals: refusals('invalid-cursor', 'phone-system-not-found'),
}

const isNumber = (text: string) => ExtensionNumber.safeParse(text).data === text

export const listExtensions: FastifyPluginAsyncZod<Pick<Ports, 'phoneSystems'>> = async (app, { phoneSystems }) => {
  app.get('/tenants/:tenantId/phone-systems/:phoneSystemId/extensions', { schema }, async ({ params, query }) => {
    const system = await phoneSystems.find(params.tenantId, params.phoneSystemId)
    if (!system) throw refuse('phone-system-not-found')
    const extensions = await phoneSystems.listExtensions(params.tenantId, system.id, readRange(query, isNumber))
    return toPage(extensions, query.limit, ({ number }) => [number])
  })
}
