import { refusals } from '@jackfield/contract/http/problems/refusals'
import { AccountParams, RedirectUriQuery, RedirectUris } from '@jackfield/contract/microsoft/microsoft-account'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { redirectUriDifference, redirectUris } from '../../domain/connection/redirect-uris.ts'
import { proposed } from '../../domain/microsoft-account.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'listRedirectUris',
  summary:
    'What must be registered as redirect URIs in Entra ID, and its difference to what the last connection test found there',
  description: 'With `redirectMode` or `redirectPlatform`: what a proposal needs, before it is saved.',
  tags: ['Microsoft accounts'],
  params: AccountParams,
  querystring: RedirectUriQuery,
  response: { 200: RedirectUris },
  refusals: refusals('account-not-found'),
}

type Needed = Pick<Ports, 'tenants' | 'apps' | 'accounts' | 'baseUrl'>

export const listRedirectUris: FastifyPluginAsyncZod<Needed> = async (app, { tenants, apps, accounts, baseUrl }) => {
  app.get(
    '/tenants/:tenantId/microsoft-accounts/:accountId/redirect-uris',
    { schema, config: { handOver: true } },
    async ({ params, query }) => {
      const { tenantId, accountId } = params
      const [tenant, account, catalogue] = await Promise.all([
        tenants.find(tenantId),
        accounts.find(tenantId, accountId),
        apps.all(),
      ])
      if (!tenant || !account) throw refuse('account-not-found')
      const { redirectMode, redirectPlatform, registeredRedirectUris } = proposed(account, query)
      const items = redirectUris(redirectMode, tenant, catalogue, baseUrl)
      return { redirectMode, redirectPlatform, items, ...redirectUriDifference(items, registeredRedirectUris) }
    },
  )
}
