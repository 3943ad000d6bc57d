import { Administrator, AdministratorParams, AdministratorPatch } from '@jackfield/contract/access/administrator'
import { IfMatch, isMatch } from '@jackfield/contract/http/entity-tag'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import { isWithinReach } from '../../guards/caller-scope.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'changeAdministrator',
  summary: 'Change an administrator’s role or label; a session under way has the new role within 2 s',
  tags: ['Administrators'],
  params: AdministratorParams,
  headers: IfMatch,
  body: AdministratorPatch,
  response: {
    200: Administrator,
  },
  refusals: refusals(
    'administrator-not-found',
    'tenant-not-found',
    'directory-not-connected',
    'last-administrator',
    'version-conflict',
  ),
}

export const changeAdministrator: FastifyPluginAsyncZod<Pick<Ports, 'administrators'>> = async (
  app,
  { administrators },
) => {
  app.patch('/administrators/:administratorId', { schema }, async (request, reply) => {
    const { body, params, headers } = request
    const read = await administrators.find(params.administratorId)
    if (!read || !isWithinReach(request.caller, read)) throw refuse('administrator-not-found')
    if (!isMatch(headers['if-match'], read.version)) throw refuse('version-conflict')

    const values = { role: body.role ?? read.role, displayName: body.displayName ?? read.displayName }
    const tenantId = read.scope === 'platform' ? null : read.scope
    const entry = auditEntry(request, {
      action: 'administrator.change',
      tenantId,
      target: read.id,
      details: { ...body },
    })
    const administrator = await administrators.change(read, values, entry)
    if (typeof administrator === 'string') throw refuse(administrator)
    return reply.send(administrator)
  })
}
