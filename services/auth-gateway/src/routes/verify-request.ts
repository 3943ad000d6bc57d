import type { RosterEntry, SignInTenant } from '@jackfield/contract/internal/internal-api'
import { ClientId } from '@jackfield/contract/tenants/app'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { identityHeaders } from '../domain/sign-in/token-claims.ts'
import { refuse } from '../errors.ts'
import { discardBodies } from '../http/requests.ts'
import type { Ports } from '../ports.ts'
import { requireFrontendSession } from '../sessions/frontend-session.ts'

const schema = { params: z.object({ clientId: ClientId }) }

/**
 * Forward-auth: whether the browser behind an ingress is signed in on this host. Only host and cookie count; everything
 * else is the client's (T-70). With an app in the path, the person needs the bindings that the app requires.
 */
export const verifyRequest: FastifyPluginAsyncZod<Ports> = async (app, ports) => {
  discardBodies(app) // Envoy asks with the method and headers of the request it guards
  const config = { takesForwardedHost: true } as const
  const method = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

  app.route({ method, url: '/auth/verify', config, handler: (request, reply) => verify(ports, request, reply) })
  // Envoy appends the path it guards, which is ignored.
  for (const url of ['/auth/verify/apps/:clientId', '/auth/verify/apps/:clientId/*']) {
    app.route({
      method,
      url,
      config,
      schema,
      handler: async (request, reply) => {
        const found = (await ports.registry.listApps()).find(({ clientId }) => clientId === request.params.clientId)
        if (!found) throw refuse('not-found')
        return verify(ports, request, reply, found)
      },
    })
  }
}

async function verify(ports: Ports, request: FastifyRequest, reply: FastifyReply, app?: { requiresBinding: boolean }) {
  const { tenant, person } = await requireFrontendSession(ports, request, app)
  return reply.headers(headersOf(person, tenant)).send()
}

/** Headers by the roster's answer about the person, which serves for at least a second. */
const written = new WeakMap<
  RosterEntry,
  { tenant: SignInTenant['tenant']; headers: ReturnType<typeof identityHeaders> }
>()

function headersOf(person: RosterEntry, tenant: SignInTenant['tenant']) {
  const known = written.get(person)
  if (known?.tenant === tenant) return known.headers
  const headers = identityHeaders(person, tenant)
  written.set(person, { tenant, headers })
  return headers
}
