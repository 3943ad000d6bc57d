import type { FastifyPluginAsync } from 'fastify'
import { chooseReturnTarget } from '../domain/sign-in/return-target.ts'
import type { Parts } from '../ports.ts'
import { findFrontend } from '../sessions/frontend-session.ts'
import { signInSite } from '../sites/site-plugin.ts'

/**
 * Redirects to the provider's sign-out, which asks the person. Returns to registered addresses only.
 */
export const signOutFrontend: FastifyPluginAsync<Parts> = async (app, ports) => {
  app.get('/auth/signout', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    const { app: clientId, returnTo } = request.query as Record<string, unknown>
    if (clientId === undefined) return reply.redirect('/auth/logout', 303)
    const { app: frontend, origins, postLogoutRedirectUris } = await findFrontend(ports, request, clientId)
    const [first = ''] = postLogoutRedirectUris
    const wanted = chooseReturnTarget(returnTo, { origin: signInSite(request).origin, allowed: origins, home: first })
    const target = postLogoutRedirectUris.includes(wanted) ? wanted : first
    const question = new URLSearchParams({
      client_id: frontend.clientId,
      ...(target && { post_logout_redirect_uri: target }),
    })
    return reply.redirect(`/auth/logout?${question}`, 303)
  })
}
