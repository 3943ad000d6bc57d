import { AdministratorParams } from '@jackfield/contract/access/administrator'
import { IfMatch, isMatch } from '@jackfield/contract/http/entity-tag'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuse } from '../../errors.ts'
import { isWithinReach } from '../../guards/caller-scope.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'deleteAdministrator',
  summary: 'Remove an administrator; a session under way ends within 2 s',
  description: 'The platform’s last one stays (409) as long as no API key of the platform could let another in.',
  tags: ['Administrators'],
  params: AdministratorParams,
  headers: IfMatch,
  response: { 204: z.undefined() },
  refusals: refusals('administrator-not-found', 'last-administrator', 'version-conflict'),
}

export const deleteAdministrator: FastifyPluginAsyncZod<Pick<Ports, 'administrators'>> = async (
  app,
  { administrators },
) => {
  app.delete('/administrators/:administratorId', { schema }, async (request, reply) => {
    const read = await administrators.find(request.params.administratorId)
    if (!read || !isWithinReach(request.caller, read)) throw refuse('administrator-not-found')
    if (!isMatch(request.headers['if-match'], read.version)) throw refuse('version-conflict')

    const tenantId = read.scope === 'platform' ? null : read.scope
    const { directoryId, objectId, displayName } = read
    const details = { directoryId, objectId, displayName }
    const entry = auditEntry(request, { action: 'administrator.delete', tenantId, target: read.id, details })
    const outcome = await administrators.delete(read, entry)
    if (outcome !== 'deleted') throw refuse(outcome)
    return reply.status(204).send()
  })
}
