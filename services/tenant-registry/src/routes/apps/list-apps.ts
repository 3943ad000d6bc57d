import { PageQuery, pageOf } from '@jackfield/contract/http/page'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { App, ClientId } from '@jackfield/contract/tenants/app'
import { toPage } from '@jackfield/postgres/cursor'
import { readRange } from '@jackfield/postgres/list-page'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'listApps',
  summary: 'List the catalogue of apps',
  tags: ['Apps'],
  querystring: PageQuery,
  response: { 200: pageOf(App) },
  refusals: refusals('invalid-cursor'),
}

const isClientId = (text: string) => ClientId.safeParse(text).success

export const listApps: FastifyPluginAsyncZod<Pick<Ports, 'apps'>> = async (app, { apps }) => {
  app.get('/apps', { schema }, async ({ query }) =>
    toPage(await apps.list(readRange(query, isClientId)), query.limit, (item) => [item.clientId]),
  )
}
