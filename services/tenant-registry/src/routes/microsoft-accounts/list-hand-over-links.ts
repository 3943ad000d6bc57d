import { HandOverLinks } from '@jackfield/contract/access/hand-over-link'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { AccountParams } from '@jackfield/contract/microsoft/microsoft-account'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'listHandOverLinks',
  summary: 'The hand-over links of this account that are still good',
  tags: ['Microsoft accounts'],
  params: AccountParams,
  response: { 200: HandOverLinks },
  refusals: refusals('account-not-found'),
}

type Needed = Pick<Ports, 'accounts' | 'handOverLinks' | 'now'>

export const listHandOverLinks: FastifyPluginAsyncZod<Needed> = async (app, { accounts, handOverLinks, now }) => {
  app.get('/tenants/:tenantId/microsoft-accounts/:accountId/hand-over-links', { schema }, async ({ params }) => {
    if (!(await accounts.find(params.tenantId, params.accountId))) throw refuse('account-not-found')
    return { items: await handOverLinks.list(params, now()) }
  })
}
