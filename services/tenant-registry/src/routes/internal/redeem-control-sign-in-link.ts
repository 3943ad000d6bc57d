import { ControlSignInRedemption } from '@jackfield/contract/access/control-sign-in-link'
import { HAND_OVER_TOKEN_PREFIX } from '@jackfield/contract/access/hand-over-link'
import { Principal } from '@jackfield/contract/access/principal'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

/** Not strict: a gateway of the next version may send more. */
const body = z.object(ControlSignInRedemption.shape)
const schema = { hide: true, body, response: { 200: Principal } }

/** A sign-in link works once, a hand-over link until it expires; Control handles both alike. */
export const redeemControlSignInLink: FastifyPluginAsyncZod<
  Pick<Ports, 'links' | 'handOverLinks' | 'audit' | 'now'>
> = async (app, { links, handOverLinks, audit, now }) => {
  app.post('/control-sign-in-links/redemptions', { schema }, async (request) => {
    const { token } = request.body
    const isHandOver = token.startsWith(HAND_OVER_TOKEN_PREFIX)
    const action = isHandOver ? 'hand-over-link.open' : 'control-sign-in-link.redeem'
    const entryFor = ({ id, scope, accountId }: Principal) => ({
      ...auditEntry(request, { action, tenantId: scope === 'platform' ? null : scope, target: accountId ?? id }),
      actor: id,
    })
    const principal = await (isHandOver
      ? handOverLinks.open(token, now(), entryFor)
      : links.redeem(token, now(), entryFor))
    if (principal) return principal
    await audit.record(auditEntry(request, { action, outcome: 'refused', tenantId: null, target: 'unknown' }))
    throw refuse('link-unknown')
  })
}
