import { TenantParams } from '@jackfield/contract/http/identifier'
import { PageQuery, pageOf } from '@jackfield/contract/http/page'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { MicrosoftAccount } from '@jackfield/contract/microsoft/microsoft-account'
import { toPage } from '@jackfield/postgres/cursor'
import { readRange } from '@jackfield/postgres/list-page'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { presentAccount } from '../../domain/microsoft-account.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'listMicrosoftAccounts',
  summary: 'List a tenant’s Microsoft accounts',
  tags: ['Microsoft accounts'],
  params: TenantParams,
  querystring: PageQuery,
  response: { 200: pageOf(MicrosoftAccount) },
  refusals: refusals('invalid-cursor', 'tenant-not-found'),
}

export const listAccounts: FastifyPluginAsyncZod<Pick<Ports, 'tenants' | 'accounts' | 'now'>> = async (
  app,
  { tenants, accounts, now },
) => {
  app.get('/tenants/:tenantId/microsoft-accounts', { schema }, async ({ params, query }) => {
    const range = readRange(query)
    if (!(await tenants.find(params.tenantId))) throw refuse('tenant-not-found')
    const rows = await accounts.list(params.tenantId, range)
    return toPage(
      rows.map((row) => presentAccount(row, now())),
      query.limit,
      (account) => [account.id],
    )
  })
}
