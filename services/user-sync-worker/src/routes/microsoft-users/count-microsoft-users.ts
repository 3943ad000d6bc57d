import { refusals } from '@jackfield/contract/http/problems/refusals'
import { AccountParams } from '@jackfield/contract/microsoft/microsoft-account'
import { MicrosoftUserCount } from '@jackfield/contract/microsoft/microsoft-user'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { enabledConnection, microsoftRefusal } from '../../guards/microsoft-account.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'countMicrosoftUsers',
  summary:
    'Count the users of a Microsoft 365 account by kind, live from Microsoft Graph: before an import of everybody',
  tags: ['Import'],
  params: AccountParams,
  response: {
    200: MicrosoftUserCount,
  },
  refusals: refusals(
    'account-not-found',
    'account-not-enabled',
    'consent-missing',
    'microsoft-refused',
    'microsoft-rejected',
    'microsoft-throttled',
    'microsoft-unavailable',
  ),
}

export const countMicrosoftUsers: FastifyPluginAsyncZod<Pick<Ports, 'registry' | 'directory'>> = async (
  app,
  { registry, directory },
) => {
  app.get('/tenants/:tenantId/microsoft-accounts/:accountId/microsoft-users/count', { schema }, async ({ params }) => {
    const counted = await directory.countKinds(await enabledConnection(registry, params))
    if (counted.kind !== 'counts') throw microsoftRefusal(counted)
    return counted.counts
  })
}
