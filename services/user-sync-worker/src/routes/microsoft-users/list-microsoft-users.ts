import { pageOf } from '@jackfield/contract/http/page'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { AccountParams } from '@jackfield/contract/microsoft/microsoft-account'
import { MicrosoftUser, MicrosoftUserQuery } from '@jackfield/contract/microsoft/microsoft-user'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import { enabledConnection, microsoftRefusal } from '../../guards/microsoft-account.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'listMicrosoftUsers',
  summary: 'List the users of a Microsoft 365 account, live from Microsoft Graph',
  tags: ['Import'],
  params: AccountParams,
  querystring: MicrosoftUserQuery,
  response: {
    200: pageOf(MicrosoftUser),
  },
  refusals: refusals(
    'invalid-cursor',
    'account-not-found',
    'account-not-enabled',
    'consent-missing',
    'microsoft-refused',
    'microsoft-rejected',
    'microsoft-throttled',
    'microsoft-unavailable',
  ),
}

export const listMicrosoftUsers: FastifyPluginAsyncZod<Pick<Ports, 'registry' | 'directory' | 'users'>> = async (
  app,
  ports,
) => {
  app.get('/tenants/:tenantId/microsoft-accounts/:accountId/microsoft-users', { schema }, async ({ params, query }) => {
    const connection = await enabledConnection(ports.registry, params)

    const { search = '', cursor, limit } = query
    const found = await ports.directory.searchUsers(connection, { search, cursor, limit })
    if (found.kind === 'bad-cursor') throw refuse('invalid-cursor')
    if (found.kind !== 'page') throw microsoftRefusal(found)

    const users = found.users.flatMap((entry) => (entry.kind === 'user' ? [entry.user] : []))
    const ids = users.map((user) => user.id)
    const known = await ports.users.ticksOf(params.tenantId, connection.directoryId, ids)
    const items = users.map((user) => ({
      ...user,
      accountEnabled: user.accountEnabled === true,
      imported: known.has(user.id),
      ...(known.get(user.id) ?? { sync: false, sso: false }),
    }))
    return { items, nextCursor: found.next }
  })
}
