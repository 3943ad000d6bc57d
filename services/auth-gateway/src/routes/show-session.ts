import type { FastifyPluginAsync } from 'fastify'
import { SESSION_ABSOLUTE } from '../domain/lifetimes.ts'
import type { Ports } from '../ports.ts'
import { requireFrontendSession } from '../sessions/frontend-session.ts'

/** The current session, for a server-rendered frontend that forwards the browser's cookies. */
export const showSession: FastifyPluginAsync<Ports> = async (app, ports) => {
  app.get('/auth/session', async (request) => {
    const { tenant, person, loginAt } = await requireFrontendSession(ports, request)
    const { slug, name } = tenant
    return {
      user: {
        id: person.id,
        name: person.displayName,
        userPrincipalName: person.userPrincipalName,
        email: person.mail,
      },
      tenant: { slug, name },
      bindings: person.bindings,
      signedInAt: toTime(loginAt),
      endsAt: toTime(loginAt + SESSION_ABSOLUTE),
    }
  })
}

function toTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
