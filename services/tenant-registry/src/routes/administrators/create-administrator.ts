import { Administrator, NewAdministrator } from '@jackfield/contract/access/administrator'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { v7 } from 'uuid'
import { limitReached, refuse } from '../../errors.ts'
import { requireReach } from '../../guards/caller-scope.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'createAdministrator',
  summary: 'Let a person enter Control with Microsoft',
  tags: ['Administrators'],
  body: NewAdministrator,
  response: {
    201: Administrator,
  },
  refusals: refusals('tenant-not-found', 'administrator-exists', 'directory-not-connected', 'limit-reached'),
}

export const createAdministrator: FastifyPluginAsyncZod<
  Pick<Ports, 'administrators' | 'accounts' | 'tenants'>
> = async (app, ports) => {
  const { administrators, accounts, tenants } = ports
  app.post('/administrators', { schema }, async (request, reply) => {
    const { scope, signInTenantId = scope, ...person } = request.body
    requireReach(request.caller, scope)
    const tenant = await tenants.find(signInTenantId)
    if (!tenant || tenant.removing) throw refuse('tenant-not-found')
    const directories = (await accounts.listAll(signInTenantId)).map(({ directoryId }) => directoryId)
    if (!directories.includes(person.directoryId)) throw refuse('directory-not-connected')

    const id = v7()
    const tenantId = scope === 'platform' ? null : scope
    const details = { scope, signInTenantId, ...person }
    const entry = auditEntry(request, { action: 'administrator.create', tenantId, target: id, details })
    const created = await administrators.create({ id, scope, signInTenantId, ...person }, entry)
    if (created === 'limit-reached') throw limitReached('administrators')
    if (created === 'tenant-missing') throw refuse('tenant-not-found')
    if (created === 'administrator-exists') throw refuse(created)
    return reply.status(201).send(created)
  })
}
