import { ApiKeyParams } from '@jackfield/contract/access/api-key'
import { IfMatch, isMatch, UNCHANGING_VERSION } from '@jackfield/contract/http/entity-tag'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuse } from '../../errors.ts'
import { isWithinReach } from '../../guards/caller-scope.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'deleteApiKey',
  summary: 'Delete an API key',
  tags: ['API keys'],
  params: ApiKeyParams,
  headers: IfMatch,
  response: { 204: z.undefined() },
  refusals: refusals('api-key-not-found', 'version-conflict'),
}

export const deleteApiKey: FastifyPluginAsyncZod<Pick<Ports, 'apiKeys'>> = async (app, { apiKeys }) => {
  app.delete('/api-keys/:keyId', { schema }, async (request, reply) => {
    const { caller, params, headers } = request
    const key = await apiKeys.find(params.keyId)
    if (!key || !isWithinReach(caller, key)) throw refuse('api-key-not-found')
    if (!isMatch(headers['if-match'], UNCHANGING_VERSION)) throw refuse('version-conflict')
    const tenantId = key.scope === 'platform' ? null : key.scope
    const deleted = await apiKeys.delete(
      key.id,
      auditEntry(request, { action: 'api-key.delete', tenantId, target: key.id }),
    )
    if (!deleted) throw refuse('api-key-not-found')
    return reply.status(204).send()
  })
}
