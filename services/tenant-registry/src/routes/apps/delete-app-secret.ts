import { IfMatch, isMatch, UNCHANGING_VERSION } from '@jackfield/contract/http/entity-tag'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { AppSecretParams } from '@jackfield/contract/tenants/app-secret'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'deleteAppSecret',
  summary: 'Delete a secret of an app: within seconds nothing accepts it',
  tags: ['Apps'],
  params: AppSecretParams,
  headers: IfMatch,
  response: { 204: z.undefined() },
  refusals: refusals('app-secret-not-found', 'version-conflict'),
}

export const deleteAppSecret: FastifyPluginAsyncZod<Pick<Ports, 'appSecrets'>> = async (app, { appSecrets }) => {
  app.delete(
    '/apps/:clientId/secrets/:secretId',
    { schema, config: { platformOnly: true } },
    async (request, reply) => {
      const { params, headers } = request
      const { clientId, secretId } = params
      const isThere = (await appSecrets.list(clientId)).some(({ id }) => id === secretId)
      if (!isThere) throw refuse('app-secret-not-found')
      if (!isMatch(headers['if-match'], UNCHANGING_VERSION)) throw refuse('version-conflict')
      const entry = auditEntry(request, {
        action: 'app-secret.delete',
        tenantId: null,
        target: clientId,
        details: { secretId },
      })
      if (!(await appSecrets.delete(clientId, secretId, entry))) throw refuse('app-secret-not-found')
      return reply.status(204).send()
    },
  )
}
