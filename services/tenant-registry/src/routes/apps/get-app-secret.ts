import { refusals } from '@jackfield/contract/http/problems/refusals'
import { AppSecret, AppSecretParams } from '@jackfield/contract/tenants/app-secret'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'getAppSecret',
  summary: 'Read a secret of an app, without the secret itself',
  tags: ['Apps'],
  params: AppSecretParams,
  response: { 200: AppSecret },
  refusals: refusals('app-secret-not-found'),
}

export const getAppSecret: FastifyPluginAsyncZod<Pick<Ports, 'appSecrets'>> = async (app, { appSecrets }) => {
  const config = { platformOnly: true } as const
  app.get('/apps/:clientId/secrets/:secretId', { schema, config }, async ({ params }) => {
    const secret = (await appSecrets.list(params.clientId)).find(({ id }) => id === params.secretId)
    if (!secret) throw refuse('app-secret-not-found')
    return secret
  })
}
