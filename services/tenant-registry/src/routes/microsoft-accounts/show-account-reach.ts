import { refusals } from '@jackfield/contract/http/problems/refusals'
import { AccountParams, AccountReach } from '@jackfield/contract/microsoft/microsoft-account'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'showMicrosoftAccountReach',
  summary: 'How many people an account has: whom it would hit to switch it off or to change it',
  tags: ['Microsoft accounts'],
  params: AccountParams,
  response: { 200: AccountReach },
  refusals: refusals('account-not-found', 'roster-unavailable'),
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
          detail: 'Nobody can be counted. Try again.',
        })
      return people
    },
  )
}
