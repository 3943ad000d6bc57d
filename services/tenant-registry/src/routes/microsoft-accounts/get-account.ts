import { refusals } from '@jackfield/contract/http/problems/refusals'
import { AccountParams, MicrosoftAccount } from '@jackfield/contract/microsoft/microsoft-account'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { presentAccount } from '../../domain/microsoft-account.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'getMicrosoftAccount',
  summary: 'Read a Microsoft account',
  tags: ['Microsoft accounts'],
  params: AccountParams,
  response: { 200: MicrosoftAccount },
  refusals: refusals('account-not-found'),
}

export const getAccount: FastifyPluginAsyncZod<Pick<Ports, 'accounts' | 'now'>> = async (app, { accounts, now }) => {
  app.get(
    '/tenants/:tenantId/microsoft-accounts/:accountId',
    { schema, config: { handOver: true } },
    async ({ params }, reply) => {
      const account = await accounts.find(params.tenantId, params.accountId)
      if (!account) throw refuse('account-not-found')
      return reply.send(presentAccount(account, now()))
    },
  )
}
