import { ConsentAnswer, ConsentReturn } from '@jackfield/contract/microsoft/consent-link'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { checkConnection } from '../../connection-test/connection-check.ts'
import { consentOutcome } from '../../domain/connection/consent.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = { hide: true, body: ConsentAnswer, response: { 200: ConsentReturn } }

/**
 * A browser returned from a consent link. Only a token request shows which directory consented: anybody can forge the
 * address.
 */
export const receiveConsent: FastifyPluginAsyncZod<Ports> = async (app, ports) => {
  app.post('/consent-returns', { schema }, async (request) => {
    const { state, isDeclined } = request.body
    const found = await ports.consentRequests.redeem(state, ports.now())
    const [tenant, account] = found
      ? await Promise.all([ports.tenants.find(found.tenantId), ports.accounts.find(found.tenantId, found.accountId)])
      : []
    if (!tenant || !account) throw refuse('link-unknown')

    const outcome = isDeclined
      ? ('declined' as const)
      : consentOutcome((await checkConnection(ports, request, tenant, account)).checks, account.credential !== null)
    const members = { tenantId: tenant.id, target: account.id, details: { outcome } }
    await ports.audit.record(
      auditEntry(request, {
        action: 'consent-link.return',
        outcome: outcome === 'granted' ? 'success' : 'failure',
        ...members,
      }),
    )
    return { tenantId: tenant.id, accountId: account.id, tenant: tenant.name, alias: account.alias, outcome }
  })
}
