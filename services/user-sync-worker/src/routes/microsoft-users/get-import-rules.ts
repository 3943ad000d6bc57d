import { entityTag } from '@jackfield/contract/http/entity-tag'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { ImportRules } from '@jackfield/contract/microsoft/import-rule'
import { AccountParams } from '@jackfield/contract/microsoft/microsoft-account'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { knownConnection } from '../../guards/microsoft-account.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'getImportRules',
  summary: 'Show the rules by which users of a Microsoft 365 account are synced without being ticked',
  tags: ['Import'],
  params: AccountParams,
  response: { 200: ImportRules },
  refusals: refusals('account-not-found'),
}

export const getImportRules: FastifyPluginAsyncZod<Pick<Ports, 'registry' | 'importRules'>> = async (
  app,
  { registry, importRules },
) => {
  app.get('/tenants/:tenantId/microsoft-accounts/:accountId/import-rules', { schema }, async ({ params }, reply) => {
    const { tenantId, accountId } = params
    await knownConnection(registry, params)
    const { rules, version } = await importRules.find(tenantId, accountId)
    return reply.header('etag', entityTag(version)).send(rules)
  })
}
