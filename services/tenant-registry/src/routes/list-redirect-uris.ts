import { AccountParams, RedirectUris } from '@jackfield/contract/microsoft-account'
import { Problem } from '@jackfield/contract/problem'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { redirectUriDifference, redirectUris } from '../domain/redirect-uris.ts'
import { refuse } from '../errors.ts'
import type { Ports } from '../ports.ts'

const schema = {
  operationId: 'listRedirectUris',
  summary: 'What must be registered as redirect URIs in Entra ID, and its difference to what the last connection test found there',
  tags: ['Microsoft accounts'],
  params: AccountParams,
  response: { 200: RedirectUris, 404: Problem },
}

type Needed = Pick<Ports, 'tenants' | 'apps' | 'accounts' | 'baseUrl'>

export const listRedirectUris: FastifyPluginAsyncZod<Needed> = async (app, { tenants, apps, accounts, baseUrl }) => {
  app.get('/tenants/:tenantId/microsoft-accounts/:accountId/redirect-uris', { schema, config: { handOver: true } }, async ({ params }) => {
    const { tenantId, accountId } = params
    const [tenant, account, catalogue] = await Promise.all([tenants.find(tenantId), accounts.find(tenantId, accountId), apps.all()])
    if (!tenant || !account) throw refuse('account-not-found')
    const { redirectMode, redirectPlatform } = account
    const items = redirectUris(redirectMode, tenant, catalogue, baseUrl)
    return { redirectMode, redirectPlatform, items, ...redirectUriDifference(items, account.registeredRedirectUris) }
  })
}
