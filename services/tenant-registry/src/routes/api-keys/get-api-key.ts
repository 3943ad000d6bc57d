import { ApiKey, ApiKeyParams } from '@jackfield/contract/access/api-key'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import { isWithinReach } from '../../guards/caller-scope.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'getApiKey',
  summary: 'Read an API key, without the key itself',
  tags: ['API keys'],
  params: ApiKeyParams,
  response: { 200: ApiKey },
  refusals: refusals('api-key-not-found'),
}

export const getApiKey: FastifyPluginAsyncZod<Pick<Ports, 'apiKeys'>> = async (app, { apiKeys }) => {
  app.get('/api-keys/:keyId', { schema }, async ({ caller, params }) => {
    const key = await apiKeys.find(params.keyId)
    if (!key || !isWithinReach(caller, key)) throw refuse('api-key-not-found')
    return key
  })
}
