import { pageOf } from '@jackfield/contract/http/page'
import { Problem } from '@jackfield/contract/http/problem'
import { ClientId } from '@jackfield/contract/tenants/app'
import { AppSecret } from '@jackfield/contract/tenants/app-secret'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuse } from '../../errors.ts'
import { requirePlatform } from '../../guards/caller-scope.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'listAppSecrets',
  summary: 'List the secrets of an app, two at most, without the secrets themselves',
  tags: ['Apps'],
  params: z.object({ clientId: ClientId }),
  response: { 200: pageOf(AppSecret), 403: Problem, 404: Problem },
}

export const listAppSecrets: FastifyPluginAsyncZod<Pick<Ports, 'apps' | 'appSecrets'>> = async (
  app,
  { apps, appSecrets },
) => {
  app.get('/apps/:clientId/secrets', { schema }, async ({ caller, params: { clientId } }) => {
    requirePlatform(caller)
    if (!(await apps.find(clientId))) throw refuse('app-not-found')
    return { items: await appSecrets.list(clientId), nextCursor: null }
  })
}
