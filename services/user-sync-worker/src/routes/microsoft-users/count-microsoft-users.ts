import { Problem } from '@jackfield/contract/http/problem'
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
  response: { 200: MicrosoftUserCount, 400: Problem, 404: Problem, 409: Problem, 502: Problem, 503: Problem },
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
