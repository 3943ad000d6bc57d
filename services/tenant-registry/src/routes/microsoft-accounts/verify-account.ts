import { CREDENTIAL_REFUSALS, refusals } from '@jackfield/contract/http/problems/refusals'
import { AccountParams, VerifyRequest } from '@jackfield/contract/microsoft/microsoft-account'
import { Verification } from '@jackfield/contract/microsoft/verification'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { checkConnection, checkProposal } from '../../connection-test/connection-check.ts'
import { proposed } from '../../domain/microsoft-account.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'verifyMicrosoftAccount',
  summary: 'Test the connection; success makes the account ready',
  tags: ['Microsoft accounts'],
  params: AccountParams,
  body: VerifyRequest.nullish(),
  response: {
    200: Verification,
  },
  refusals: refusals(
    'ids-equal',
    'account-not-found',
    'version-conflict',
    'credential-unreadable',
    ...CREDENTIAL_REFUSALS,
  ),
}

export const verifyAccount: FastifyPluginAsyncZod<Ports> = async (app, ports) => {
  app.post(
    '/tenants/:tenantId/microsoft-accounts/:accountId/verify',
    { schema, config: { handOver: true } },
    async (request) => {
      const { tenantId, accountId } = request.params
      const { enable = false, ...proposal } = request.body ?? {}
      // The holder of a hand-over link does not enable accounts.
      if (enable && request.caller.role === 'hand-over') throw refuse('forbidden')
      const [tenant, account] = await Promise.all([
        ports.tenants.find(tenantId),
        ports.accounts.find(tenantId, accountId),
      ])
      if (!tenant || !account) throw refuse('account-not-found')
      const isProposal = Object.values(proposal).some((value) => value !== undefined)
      if (isProposal) return checkProposal(ports, request, tenant, { account, proposal: proposed(account, proposal) })
      return checkConnection(ports, request, tenant, account, { enables: enable })
    },
  )
}
