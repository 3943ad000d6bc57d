import { CredentialUse } from '@jackfield/contract/internal/internal-api'
import { AccountParams } from '@jackfield/contract/microsoft/microsoft-account'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { keepUse } from '../../connection-test/account-connection.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = { hide: true, params: AccountParams, body: CredentialUse, response: { 200: z.object({}) } }

/**
 * The gateway or a worker reports which of two credentials Entra ID accepts. A repeated or late report changes nothing.
 */
export const recordCredentialUse: FastifyPluginAsyncZod<Pick<Ports, 'accounts'>> = async (app, ports) => {
  app.post('/tenants/:tenantId/microsoft-accounts/:accountId/connection/uses', { schema }, async (request) => {
    const account = await ports.accounts.find(request.params.tenantId, request.params.accountId)
    if (!account) throw refuse('account-not-found')
    await keepUse(ports, request, account, request.body)
    return {}
  })
}
