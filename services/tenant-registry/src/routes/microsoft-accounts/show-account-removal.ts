import { entityTag } from '@jackfield/contract/http/entity-tag'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { AccountParams, AccountRemovalPreview } from '@jackfield/contract/microsoft/microsoft-account'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { accountRemoval } from '../../accounts/removals.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'showMicrosoftAccountRemoval',
  summary: 'What the deletion of a Microsoft account would remove, and whom it would hit',
  description: 'The DELETE takes the answer’s `etag` as `If-Match`, so that it removes what was shown.',
  tags: ['Microsoft accounts'],
  params: AccountParams,
  response: { 200: AccountRemovalPreview },
  refusals: refusals('account-not-found', 'roster-unavailable'),
}

export const showAccountRemoval: FastifyPluginAsyncZod<Pick<Ports, 'accounts' | 'roster'>> = async (app, ports) => {
  app.get('/tenants/:tenantId/microsoft-accounts/:accountId/removal', { schema }, async ({ params }, reply) => {
    const account = await ports.accounts.find(params.tenantId, params.accountId)
    if (!account) throw refuse('account-not-found')
    const etag = entityTag(account.version)
    return reply.header('etag', etag).send({ ...(await accountRemoval(ports, account)), etag })
  })
}
