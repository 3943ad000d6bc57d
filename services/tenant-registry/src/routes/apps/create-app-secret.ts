import { refusals } from '@jackfield/contract/http/problems/refusals'
import { ClientId } from '@jackfield/contract/tenants/app'
import { CreatedAppSecret } from '@jackfield/contract/tenants/app-secret'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'createAppSecret',
  summary: 'Create a secret of a confidential app; this answer alone shows it',
  description: 'An app has two secrets at most, so that a new one works before the old one is deleted.',
  tags: ['Apps'],
  params: z.object({ clientId: ClientId }),
  response: { 201: CreatedAppSecret },
  refusals: refusals('app-not-found', 'app-not-confidential', 'too-many-secrets'),
}

const BY_SECRET = new Set(['client_secret_basic', 'client_secret_post'])

export const createAppSecret: FastifyPluginAsyncZod<Pick<Ports, 'apps' | 'appSecrets'>> = async (
  app,
  { apps, appSecrets },
) => {
  app.post('/apps/:clientId/secrets', { schema, config: { platformOnly: true } }, async (request, reply) => {
    const { clientId } = request.params
    const found = await apps.find(clientId)
    if (!found) throw refuse('app-not-found')
    if (!BY_SECRET.has(found.tokenEndpointAuthMethod)) throw refuse('app-not-confidential')
    const created = await appSecrets.create(clientId, (secretId) =>
      auditEntry(request, {
        action: 'app-secret.create',
        tenantId: null,
        target: clientId,
        details: { secretId },
      }),
    )
    if (typeof created === 'string') throw refuse(created)
    return reply.status(201).send(created)
  })
}
