import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuse } from '../errors.ts'
import { requireSameSite } from '../http/request-guards.ts'
import { takeForms } from '../http/requests.ts'
import type { Ports } from '../ports.ts'
import { ALL_OTHERS, requireFrontendSession, sessionHandle } from '../sessions/frontend-session.ts'
import { auditSessionsEnded } from '../sign-in/sign-in-audit.ts'
import { signInSite } from '../sites/site-plugin.ts'

const EndSession = z.object({ session: z.string().max(64) })

/** Ends one of the person's other sessions, or all of them. The current one ends by `/auth/signout`. */
export const endOwnSession: FastifyPluginAsyncZod<Ports> = async (app, ports) => {
  takeForms(app, 1_024)
  app.post('/auth/sessions/end', { schema: { body: EndSession } }, async (request, reply) => {
    // Hosts of other tenants are "same site" to a browser, which sends the Lax cookie (T-23).
    requireSameSite(request)
    const site = signInSite(request)
    const { accountId, tenant, person, sessionUid } = await requireFrontendSession(ports, request)
    const provider = await ports.providers(site)

    const others = (await provider.listSessions(accountId)).filter(({ uid }) => uid !== sessionUid)
    const { session } = request.body
    const isMeant = (uid: string) =>
      session === sessionHandle(sessionUid, ALL_OTHERS) || session === sessionHandle(sessionUid, uid)
    const meant = others.filter(({ uid }) => isMeant(uid))
    if (meant.length === 0) throw refuse('session-not-found')

    // First the event: no session ends without it.
    await auditSessionsEnded(ports, request, { tenantId: tenant.id, userId: person.id, count: meant.length })
    for (const { uid } of meant) await provider.endSession(accountId, uid)
    return reply.header('cache-control', 'no-store').redirect('/auth/sessions', 303)
  })
}
