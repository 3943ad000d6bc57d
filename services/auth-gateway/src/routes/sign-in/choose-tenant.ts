import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuse } from '../../errors.ts'
import type { Parts } from '../../ports.ts'
import { AttemptParams, findAttempt, provenIdentities } from '../../sign-in/attempt.ts'
import { redirectToMicrosoft } from '../../sign-in/begin-login.ts'
import { realmsOf } from '../../sign-in/home-realm.ts'
import { onSites } from '../../sites/site-plugin.ts'

const schema = { params: AttemptParams.extend({ tenantId: z.uuid() }) }

/**
 * On a shared host with several tenants of one directory: takes the choice of a person whom Microsoft has identified.
 * Another tenant means another login: its registration at Microsoft has its own conditions.
 */
export const chooseTenant: FastifyPluginAsyncZod<Parts> = async (app, ports) => {
  app.addHook('onRequest', onSites('shared'))
  app.get('/auth/interaction/:uid/tenant/:tenantId', { schema }, async (request, reply) => {
    const { site, attempt } = await findAttempt(ports, reply)
    const { uid } = attempt
    const proven = await provenIdentities.find(ports, site, uid)
    if (!proven) throw refuse('sign-in-not-found')
    const chosen = (await realmsOf(ports, attempt, proven)).find(({ tenant }) => tenant.id === request.params.tenantId)
    if (!chosen) throw refuse('account-not-found')
    const { loginHint, ...realm } = chosen
    if (realm.tenant.id !== proven.tenantId) {
      const start = { attempt, realm, loginHint, isTenantChosen: true, isSecondTrip: true }
      return redirectToMicrosoft(ports, reply, start)
    }
    await provenIdentities.save(ports, site, uid, { ...proven, isTenantChosen: true })
    return reply.header('cache-control', 'no-store').redirect(`/auth/interaction/${uid}`, 303)
  })
}
