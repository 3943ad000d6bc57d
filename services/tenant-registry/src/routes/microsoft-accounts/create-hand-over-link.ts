import { CreatedHandOverLink, NewHandOverLink } from '@jackfield/contract/access/hand-over-link'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { AccountParams } from '@jackfield/contract/microsoft/microsoft-account'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { v7 } from 'uuid'
import { controlEntry } from '../../domain/host.ts'
import { limitReached, refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'createHandOverLink',
  summary:
    'A link for somebody with the role in Entra ID: it opens the set-up of this account and nothing else, for a while',
  tags: ['Microsoft accounts'],
  params: AccountParams,
  body: NewHandOverLink,
  response: { 201: CreatedHandOverLink },
  refusals: refusals('account-not-found', 'limit-reached'),
}

type Needed = Pick<Ports, 'accounts' | 'handOverLinks' | 'baseUrl' | 'now'>

export const createHandOverLink: FastifyPluginAsyncZod<Needed> = async (
  app,
  { accounts, handOverLinks, baseUrl, now },
) => {
  app.post('/tenants/:tenantId/microsoft-accounts/:accountId/hand-over-links', { schema }, async (request, reply) => {
    const { tenantId, accountId } = request.params
    const account = await accounts.find(tenantId, accountId)
    if (!account) throw refuse('account-not-found')
    const id = v7()
    const expiresAt = new Date(now().getTime() + request.body.hours * 3_600_000)
    const details = { alias: account.alias, link: id, expiresAt: expiresAt.toISOString() }
    const entry = auditEntry(request, { action: 'hand-over-link.create', tenantId, target: accountId, details })
    const created = await handOverLinks.create(
      { id, tenantId, accountId, createdBy: entry.actor, now: now(), expiresAt },
      entry,
    )
    if (created === 'limit-reached') throw limitReached('hand-over-links')
    if (created === 'account-missing') throw refuse('account-not-found')
    return reply.status(201).send({ ...created.link, url: controlEntry(baseUrl, created.token) })
  })
}
