import { Connection } from '@jackfield/contract/internal/internal-api'
import { AccountParams } from '@jackfield/contract/microsoft/microsoft-account'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { type ConnectionPorts, openConnection } from '../../connection-test/account-connection.ts'
import { refuse } from '../../errors.ts'

const schema = { hide: true, params: AccountParams, response: { 200: Connection } }

/** The one answer that carries a secret; only our services get it. */
export const readConnection: FastifyPluginAsyncZod<ConnectionPorts> = async (app, ports) => {
  app.get('/tenants/:tenantId/microsoft-accounts/:accountId/connection', { schema }, async (request) => {
    const account = await ports.accounts.find(request.params.tenantId, request.params.accountId)
    if (!account) throw refuse('account-not-found')
    return openConnection(ports, request, account)
  })
}
