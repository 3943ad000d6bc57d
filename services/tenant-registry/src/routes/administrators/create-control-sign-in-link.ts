import { ControlSignInLink, NewControlSignInLink } from '@jackfield/contract/access/control-sign-in-link'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { v7 } from 'uuid'
import { limitReached, refuse } from '../../errors.ts'
import { requireReach } from '../../guards/caller-scope.ts'
import type { Ports } from '../../ports.ts'

const LIFETIME_MS = 15 * 60_000

const schema = {
  operationId: 'createControlSignInLink',
  summary: 'Create a link that opens Control once within 15 minutes',
  tags: ['Control'],
  body: NewControlSignInLink,
  response: { 201: ControlSignInLink },
  refusals: refusals('tenant-not-found', 'limit-reached'),
}

export const createControlSignInLink: FastifyPluginAsyncZod<Pick<Ports, 'links' | 'now'>> = async (
  app,
  { links, now },
) => {
  app.post('/control-sign-in-links', { schema }, async (request, reply) => {
    const { scope, role } = request.body
    requireReach(request.caller, scope)
    const id = v7()
    const expiresAt = new Date(now().getTime() + LIFETIME_MS)
    const tenantId = scope === 'platform' ? null : scope
    const entry = auditEntry(request, {
      action: 'control-sign-in-link.create',
      tenantId,
      target: id,
      details: { scope, role },
    })
    const created = await links.create({ id, scope, role, now: now(), expiresAt }, entry)
    if (created === 'limit-reached') throw limitReached('control-sign-in-links')
    if (created === 'tenant-missing') throw refuse('tenant-not-found')
    return reply.status(201).send({ token: created.token, expiresAt: expiresAt.toISOString() })
  })
}
