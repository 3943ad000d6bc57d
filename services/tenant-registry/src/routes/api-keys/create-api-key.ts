import { CreatedApiKey, NewApiKey } from '@jackfield/contract/access/api-key'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { v7 } from 'uuid'
import { limitReached, refuse } from '../../errors.ts'
import { requireReach } from '../../guards/caller-scope.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'createApiKey',
  summary: 'Create an API key; this answer alone shows it',
  tags: ['API keys'],
  body: NewApiKey,
  response: { 201: CreatedApiKey },
  refusals: refusals('tenant-not-found', 'limit-reached'),
}

export const createApiKey: FastifyPluginAsyncZod<Pick<Ports, 'apiKeys'>> = async (app, { apiKeys }) => {
  app.post('/api-keys', { schema }, async (request, reply) => {
    const { name, scope, role } = request.body
    requireReach(request.caller, scope)
    const id = v7()
    const tenantId = scope === 'platform' ? null : scope
    const entry = auditEntry(request, {
      action: 'api-key.create',
      tenantId,
      target: id,
      details: { name, scope, role },
    })
    const created = await apiKeys.create({ id, name, scope, role }, entry)
    if (created === 'limit-reached') throw limitReached('api-keys')
    if (created === 'tenant-missing') throw refuse('tenant-not-found')
    return reply.status(201).send(created)
  })
}
