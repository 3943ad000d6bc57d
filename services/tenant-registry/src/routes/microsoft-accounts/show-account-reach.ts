import { Problem } from '@jackfield/contract/http/problem'
import { AccountParams, AccountReach } from '@jackfield/contract/microsoft/microsoft-account'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'showMicrosoftAccountReach',
  summary: 'How many people an account has: whom it would hit to switch it off or to change it',
  tags: ['Microsoft accounts'],
  params: AccountParams,
  response: { 200: AccountReach, 404: Problem, 503: Problem },
}

export const showAccountReach: FastifyPluginAsyncZod<Pick<Ports, 'accounts' | 'roster'>> = async (
  app,
  { accounts, roster },
) => {
  app.get(
    '/tenants/:tenantId/microsoft-accounts/:accountId/reach',
    { schema },
    async ({ params: { tenantId, accountId } }) => {
      if (!(await accounts.find(tenantId, accountId))) throw refuse('account-not-found')
      const people = await roster.ofAccount(tenantId, accountId)
      if (people === 'unavailable')
        throw refuse('roster-unavailable', {
          message: 'The roster does not answer, so nobody can be counted. Try again.',
        })
      return people
    },
  )
}
