import { refusals } from '@jackfield/contract/http/problems/refusals'
import { App, ClientId } from '@jackfield/contract/tenants/app'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'getApp',
  summary: 'Show an app of the catalogue',
  tags: ['Apps'],
  params: z.object({ clientId: ClientId }),
  response: { 200: App },
  refusals: refusals('app-not-found'),
}

export const getApp: FastifyPluginAsyncZod<Pick<Ports, 'apps'>> = async (app, { apps }) => {
  app.get('/apps/:clientId', { schema }, async ({ params }, reply) => {
    const found = await apps.find(params.clientId)
    if (!found) throw refuse('app-not-found')
    return reply.send(found)
  })
}
