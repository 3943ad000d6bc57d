import { AccountParams } from '@jackfield/contract/microsoft-account'
import { Problem } from '@jackfield/contract/problem'
import { Verification } from '@jackfield/contract/verification'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../errors.ts'
import type { Ports } from '../ports.ts'
import { checkConnection } from './connection-check.ts'

const schema = {
  operationId: 'verifyMicrosoftAccount',
  summary: 'Test the connection; success makes the account ready',
  tags: ['Microsoft accounts'],
  params: AccountParams,
  response: { 200: Verification, 404: Problem, 429: Problem, 502: Problem },
}

export const verifyAccount: FastifyPluginAsyncZod<Ports> = async (app, ports) => {
  app.post('/tenants/:tenantId/microsoft-accounts/:accountId/verify', { schema, config: { handOver: true } }, async (request) => {
    const { tenantId, accountId } = request.params
    const [tenant, account] = await Promise.all([ports.tenants.find(tenantId), ports.accounts.find(tenantId, accountId)])
    if (!tenant || !account) throw refuse('account-not-found')
    return checkConnection(ports, request, tenant, account)
  })
}
