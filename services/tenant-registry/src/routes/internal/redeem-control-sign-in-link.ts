import { ControlSignInRedemption } from '@jackfield/contract/control-sign-in-link'
import { Principal } from '@jackfield/contract/principal'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'
import { auditEntry } from '../audit-entry.ts'

const schema = { hide: true, body: ControlSignInRedemption, response: { 200: Principal } }
const ACTION = 'control-sign-in-link.redeem'

export const redeemControlSignInLink: FastifyPluginAsyncZod<Pick<Ports, 'links' | 'audit' | 'now'>> = async (
  app,
  { links, audit, now },
) => {
  app.post('/control-sign-in-links/redemptions', { schema }, async (request) => {
    const principal = await links.redeem(request.body.token, now(), ({ id, scope }) => ({
      ...auditEntry(request, { action: ACTION, tenantId: scope === 'platform' ? null : scope, target: id }),
      actor: id,
    }))
    if (principal) return principal
    await audit.record(auditEntry(request, { action: ACTION, outcome: 'refused', tenantId: null, target: 'unknown' }))
    throw refuse('link-unknown')
  })
}
