import { TenantParams } from '@jackfield/contract/http/identifier'
import { CREDENTIAL_REFUSALS, refusals } from '@jackfield/contract/http/problems/refusals'
import { MicrosoftAccount, NewMicrosoftAccount } from '@jackfield/contract/microsoft/microsoft-account'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { v7 } from 'uuid'
import { sealCredential } from '../../credentials/sealed-credential.ts'
import { presentAccount } from '../../domain/microsoft-account.ts'
import { limitReached, refuse } from '../../errors.ts'
import { requireVouchingReach } from '../../guards/caller-scope.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'createMicrosoftAccount',
  summary: 'Add a Microsoft account; it is a draft until its connection test passes',
  tags: ['Microsoft accounts'],
  params: TenantParams,
  body: NewMicrosoftAccount,
  response: { 201: MicrosoftAccount },
  refusals: refusals('ids-equal', 'tenant-not-found', 'alias-taken', 'limit-reached', ...CREDENTIAL_REFUSALS),
}

export const createAccount: FastifyPluginAsyncZod<
  Pick<Ports, 'administrators' | 'tenants' | 'accounts' | 'vault' | 'now' | 'certificates' | 'federatedToken'>
> = async (app, ports) => {
  const { tenants, accounts } = ports
  app.post('/tenants/:tenantId/microsoft-accounts', { schema }, async (request, reply) => {
    const { tenantId } = request.params
    if (!(await tenants.find(tenantId))) throw refuse('tenant-not-found')
    await requireVouchingReach(ports, request.caller, tenantId)
    const { credential, ...members } = request.body
    if (members.clientId === members.directoryId) throw refuse('ids-equal')

    const id = v7()
    const sealed = credential && (await sealCredential(ports, { tenantId, accountId: id }, credential))
    const details = { alias: members.alias, directoryId: members.directoryId, credential: sealed ? 'set' : 'none' }
    const entry = auditEntry(request, { action: 'microsoft-account.create', tenantId, target: id, details })
    const account = await accounts.create({ id, tenantId, ...members }, sealed, entry)
    if (account === 'limit-reached') throw limitReached('microsoft-accounts')
    if (account === 'tenant-missing') throw refuse('tenant-not-found')
    if (account === 'alias-taken') throw refuse(account)
    return reply.status(201).send(presentAccount(account, ports.now()))
  })
}
