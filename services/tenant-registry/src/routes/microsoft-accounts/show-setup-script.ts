import { refusals } from '@jackfield/contract/http/problems/refusals'
import { AccountParams } from '@jackfield/contract/microsoft/microsoft-account'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { redirectUris } from '../../domain/connection/redirect-uris.ts'
import { proposedAppName, setupScript } from '../../domain/setup-script/setup-script.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'showSetupScript',
  summary: 'A script that sets up the registration in Entra ID; it holds no secret',
  tags: ['Microsoft accounts'],
  params: AccountParams,
  querystring: z.strictObject({ shell: z.enum(['bash', 'powershell']).default('bash') }),
  response: {
    200: { description: 'The script', content: { 'text/plain': { schema: z.string() } } },
  },
  refusals: refusals('account-not-found'),
}

type Needed = Pick<Ports, 'tenants' | 'apps' | 'accounts' | 'baseUrl'>

export const showSetupScript: FastifyPluginAsyncZod<Needed> = async (app, { tenants, apps, accounts, baseUrl }) => {
  app.get(
    '/tenants/:tenantId/microsoft-accounts/:accountId/setup-script',
    { schema, config: { handOver: true } },
    async ({ params, query }, reply) => {
      const { tenantId, accountId } = params
      const [tenant, account, catalogue] = await Promise.all([
        tenants.find(tenantId),
        accounts.find(tenantId, accountId),
        apps.all(),
      ])
      if (!tenant || !account) throw refuse('account-not-found')

      const { clientId, directoryId, cloud, redirectPlatform, redirectMode } = account
      const uris = redirectUris(redirectMode, tenant, catalogue, baseUrl).map(({ uri }) => uri)
      const setup = {
        appName: proposedAppName(tenant.name),
        clientId,
        directoryId,
        cloud,
        redirectPlatform,
        redirectUris: [...new Set(uris)],
      }
      const file = `set-up-microsoft-365.${query.shell === 'bash' ? 'sh' : 'ps1'}`
      return reply
        .type('text/plain; charset=utf-8')
        .header('content-disposition', `inline; filename="${file}"`)
        .serializer(String)
        .send(setupScript(query.shell, setup))
    },
  )
}
