import type { FastifyPluginAsync } from 'fastify'
import { isAppOrigin } from '../domain/app-registration.ts'
import type { Parts } from '../ports.ts'
import { onSites, signInSite, sitePlugin } from '../sites/site-plugin.ts'

/**
 * Whether a frontend's login page shows the Microsoft button (S4). Public, so it says no more than that page would. The
 * origins of all apps may read every answer, also that a host belongs to no tenant: which origins such a host has is
 * unknown.
 */
export const showSignInOptions: FastifyPluginAsync<Parts> = async (app, { registry, baseUrl }) => {
  app.addHook('onRequest', async ({ headers: { origin } }, reply) => {
    reply.header('vary', 'origin')
    if (origin !== undefined && isAppOrigin(await registry.listApps(), origin))
      reply.header('access-control-allow-origin', origin)
  })
  await app.register(sitePlugin, { registry, baseUrl })
  app.get('/auth/sign-in-options', { onRequest: onSites('tenant', 'shared') }, async (request) => {
    const site = signInSite(request)
    // On a shared host the tenant is unknown until the person enters an address.
    return { microsoft: site.kind === 'shared' || site.accounts.length > 0 }
  })
}
