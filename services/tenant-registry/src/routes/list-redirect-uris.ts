import { AccountParams, RedirectUris } from '@jackfield/contract/microsoft-account'
import { Problem } from '@jackfield/contract/problem'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { redirectUris } from '../domain/redirect-uris.ts'
import { refuse } from '../errors.ts'
import type { Ports } from '../ports.ts'

const schema = {
  operationId: 'listRedirectUris',
  summary: 'What must be registered as redirect URIs in Entra ID',
  tags: ['Microsoft accounts'],
  params: AccountParams,
  response: { 200: RedirectUris, 404: Problem },
}

type Needed = Pick<Ports, 'tenants' | 'apps' | 'accounts' | 'baseUrl'>

export const listRedirectUris: FastifyPluginAsyncZod<Needed> = async (app, { tenants, apps, accounts, baseUrl }) => {
  app.get('/tenants/:tenantId/microsoft-accounts/:accountId/redirect-uris', { schema }, async ({ params }) => {
    const { tenantId, accountId } = params
    const [tenant, account, catalogue] = await Promise.all([tenants.find(tenantId), accounts.find(tenantId, accountId), apps.all()])
    if (!tenant || !account) throw refuse('account-not-found')
    const { redirectMode, redirectPlatform } = account
    return { redirectMode, redirectPlatform, items: redirectUris(redirectMode, tenant.slug, catalogue, baseUrl) }
  })
}
