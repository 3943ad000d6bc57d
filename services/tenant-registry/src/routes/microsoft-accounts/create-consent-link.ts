import { refusals } from '@jackfield/contract/http/problems/refusals'
import { ConsentLink } from '@jackfield/contract/microsoft/consent-link'
import { AccountParams } from '@jackfield/contract/microsoft/microsoft-account'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { consentRedirectUri } from '../../domain/connection/consent.ts'
import { redirectUris } from '../../domain/connection/redirect-uris.ts'
import { limitReached, refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

/** Long enough to be sent to somebody with the role, who has to find the time. */
const LIFETIME_MS = 24 * 3_600_000

const schema = {
  operationId: 'createConsentLink',
  summary:
    'A link on which an administrator of the directory gives the application its permissions; good once, for a day',
  tags: ['Microsoft accounts'],
  params: AccountParams,
  response: { 201: ConsentLink },
  refusals: refusals('account-not-found', 'limit-reached', 'no-redirect-uri'),
}

type Needed = Pick<Ports, 'tenants' | 'apps' | 'accounts' | 'consentRequests' | 'microsoft' | 'baseUrl' | 'now'>

export const createConsentLink: FastifyPluginAsyncZod<Needed> = async (app, ports) => {
  const { tenants, apps, accounts, consentRequests, microsoft, baseUrl, now } = ports
  app.post(
    '/tenants/:tenantId/microsoft-accounts/:accountId/consent-links',
    { schema, config: { handOver: true } },
    async (request, reply) => {
      const { tenantId, accountId } = request.params
      const [tenant, account, catalogue] = await Promise.all([
        tenants.find(tenantId),
        accounts.find(tenantId, accountId),
        apps.all(),
      ])
      if (!tenant || !account) throw refuse('account-not-found')
      const redirectUri = consentRedirectUri(redirectUris(account.redirectMode, tenant, catalogue, baseUrl), baseUrl)
      if (redirectUri === undefined) throw refuse('no-redirect-uri')

      const expiresAt = new Date(now().getTime() + LIFETIME_MS)
      const entry = auditEntry(request, {
        action: 'consent-link.create',
        tenantId,
        target: accountId,
        details: { alias: account.alias },
      })
      const created = await consentRequests.create({ tenantId, accountId, now: now(), expiresAt }, entry)
      if (created === 'limit-reached') throw limitReached('consent-links')
      if (created === 'account-missing') throw refuse('account-not-found')
      const url = microsoft.consentUrl(account, redirectUri, created.state)
      return reply.status(201).send({ url, expiresAt: expiresAt.toISOString() })
    },
  )
}
