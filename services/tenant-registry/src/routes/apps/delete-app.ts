import { IfMatch, isMatch } from '@jackfield/contract/http/entity-tag'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { ClientId } from '@jackfield/contract/tenants/app'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'deleteApp',
  summary: 'Take an app out of the catalogue',
  tags: ['Apps'],
  params: z.object({ clientId: ClientId }),
  headers: IfMatch,
  response: { 204: z.undefined() },
  refusals: refusals('app-not-found', 'version-conflict'),
}

export const deleteApp: FastifyPluginAsyncZod<Pick<Ports, 'apps'>> = async (app, { apps }) => {
  app.delete('/apps/:clientId', { schema, config: { platformOnly: true } }, async (request, reply) => {
    const { clientId } = request.params
    const read = await apps.find(clientId)
    if (!read) throw refuse('app-not-found')
    if (!isMatch(request.headers['if-match'], read.version)) throw refuse('version-conflict')

    const outcome = await apps.delete(
      clientId,
      read.version,
      auditEntry(request, { action: 'app.delete', tenantId: null, target: clientId }),
    )
    if (outcome === 'version-conflict') throw refuse(outcome)
    return reply.status(204).send()
  })
}
