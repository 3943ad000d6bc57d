import { AccountParams } from '@jackfield/contract/microsoft-account'
import { Problem } from '@jackfield/contract/problem'
import { Verification } from '@jackfield/contract/verification'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { judge } from '../domain/connection-test.ts'
import { verified } from '../domain/microsoft-account.ts'
import { redirectUriDifference, redirectUris, registeredAfter } from '../domain/redirect-uris.ts'
import { refuse } from '../errors.ts'
import type { Ports } from '../ports.ts'
import { openConnection } from './account-connection.ts'
import { auditEntry } from './audit-entry.ts'
import { keepUse } from './credential-use.ts'

const schema = {
  operationId: 'verifyMicrosoftAccount',
  summary: 'Test the connection; success makes the account ready',
  tags: ['Microsoft accounts'],
  params: AccountParams,
  response: { 200: Verification, 404: Problem, 502: Problem },
}

export const verifyAccount: FastifyPluginAsyncZod<Ports> = async (app, ports) => {
  const { tenants, apps, accounts, microsoft, baseUrl, now } = ports
  app.post('/tenants/:tenantId/microsoft-accounts/:accountId/verify', { schema }, async (request) => {
    const { tenantId, accountId } = request.params
    const [tenant, account, catalogue] = await Promise.all([tenants.find(tenantId), accounts.find(tenantId, accountId), apps.all()])
    if (!tenant || !account) throw refuse('account-not-found')
    const connection = await openConnection(ports, request, account)

    const expected = redirectUris(account.redirectMode, tenant, catalogue, baseUrl)
    const needed = expected.map(({ uri }) => uri)
    const { obsolete } = redirectUriDifference(expected, account.registeredRedirectUris)
    const seen = await microsoft.examine(connection, [...needed, ...obsolete])
    const evidence = { ...seen, redirectUris: seen.redirectUris?.filter(({ uri }) => needed.includes(uri)) }
    const registered = registeredAfter(account.registeredRedirectUris, seen.redirectUris)
    const { rotation } = connection
    if (rotation && evidence.token?.kind === 'issued') {
      const worked = evidence.token.refusal ? ('previous' as const) : ('new' as const)
      await keepUse(ports, request, account, { credentialId: rotation.credentialId, worked })
    }
    const checks = judge(evidence, account)
    const ok = checks.every((check) => check.status !== 'failed')

    const checkedAt = now()
    const details = Object.fromEntries(
      checks.filter((check) => check.status === 'failed').map((check) => [check.id, check.code ?? 'failed']),
    )
    const outcome = ok ? ('success' as const) : ('failure' as const)
    const entry = auditEntry(request, { action: 'microsoft-account.verify', outcome, tenantId, target: accountId, details })
    const stored = await accounts.change(account, verified(account, ok, checkedAt, registered), undefined, entry)
    // Changed while Microsoft was asked: what was tested is no more, so the result is told but not kept.
    if (typeof stored === 'string') request.log.info({ accountId }, 'account changed during its connection test')
    return { ok, checkedAt: checkedAt.toISOString(), checks }
  })
}
