import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { PersonSession } from '../domain/person-session.ts'
import { refuse } from '../errors.ts'
import { requireSameSite } from '../http/request-guards.ts'
import { takeForms } from '../http/requests.ts'
import type { Ports } from '../ports.ts'
import { ALL_OTHERS, requireFrontendSession, sessionHandle } from '../sessions/frontend-session.ts'
import { endSessions, findLiveSessions, pagesOfPerson } from '../sessions/person-sessions.ts'
import { auditSessionsEnded } from '../sessions/session-audit.ts'

const EndSession = z.object({ session: z.string().max(64), keepDevices: z.literal('yes').optional() })

/**
 * Ends one of the person's other sessions, or all of them, with phones and other devices unless they are kept (T-136). The
 * current one ends by `/auth/signout`.
 */
export const endOwnSession: FastifyPluginAsyncZod<Ports> = async (app, ports) => {
  takeForms(app, 1_024)
  app.post('/auth/sessions/end', { schema: { body: EndSession } }, async (request, reply) => {
    // Hosts of other tenants are "same site" to a browser, which sends the Lax cookie (T-23).
    requireSameSite(request)
    const { tenant, person, sessionUid } = await requireFrontendSession(ports, request)
    const { session, keepDevices } = request.body
    const isMeant = ({ target, kind }: PersonSession) =>
      target !== sessionUid &&
      (session === sessionHandle(sessionUid, target) ||
        (session === sessionHandle(sessionUid, ALL_OTHERS) && !(keepDevices && kind === 'device')))

    let ended = 0
    for await (const page of pagesOfPerson(ports, { tenantId: tenant.id, userId: person.id })) {
      const meant = await findLiveSessions(ports, page.filter(isMeant))
      await auditSessionsEnded(ports, meant, { actor: `phone-user:${person.id}`, requestId: request.id })
      await endSessions(ports, meant)
      ended += meant.length
    }
    if (ended === 0) throw refuse('session-not-found')
    return reply.header('cache-control', 'no-store').redirect('/auth/sessions', 303)
  })
}
