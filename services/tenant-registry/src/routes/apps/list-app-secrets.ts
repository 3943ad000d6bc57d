import { pageOf } from '@jackfield/contract/http/page'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { ClientId } from '@jackfield/contract/tenants/app'
import { AppSecret } from '@jackfield/contract/tenants/app-secret'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'listAppSecrets',
  summary: 'List the secrets of an app, two at most, without the secrets themselves',
  tags: ['Apps'],
  params: z.object({ clientId: ClientId }),
  response: { 200: pageOf(AppSecret) },
  refusals: refusals('app-not-found'),
}

export const listAppSecrets: FastifyPluginAsyncZod<Pick<Ports, 'apps' | 'appSecrets'>> = async (
  app,
  { apps, appSecrets },
) => {
  app.get('/apps/:clientId/secrets', { schema, config: { platformOnly: true } }, async ({ params: { clientId } }) => {
    if (!(await apps.find(clientId))) throw refuse('app-not-found')
    return { items: await appSecrets.list(clientId), nextCursor: null }
  })
}
