import type { FastifyPluginAsync } from 'fastify'
import type { Cloud } from '../cloud.ts'
import { adminRoutes } from './admin-routes.ts'
import { Administrators } from './administrators.ts'
import { apiPermissions } from './api-permissions.ts'
import { appRegistrations } from './app-registrations.ts'
import { authentication } from './authentication.ts'
import { BROWSER_SCRIPT } from './browser-script.ts'
import { certificatesAndSecrets } from './certificates-and-secrets.ts'
import { federatedCredentials } from './federated-credentials.ts'
import { homeAndSignIn } from './home-and-sign-in.ts'

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

/** The practice "Entra admin center": people register applications here as in Microsoft's. */
export const adminCenter: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud }) => {
  const administrators = new Administrators()
  app.addHook('onRequest', async (_request, reply) => {
    reply
      .headers({ 'content-security-policy': POLICY, 'referrer-policy': 'same-origin' })
      .type('text/html; charset=utf-8')
  })
  app.get('/admin-center.js', async (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(BROWSER_SCRIPT),
  )

  const routes = adminRoutes(app, cloud, administrators)
  homeAndSignIn(app, cloud, administrators)
  appRegistrations(routes)
  authentication(routes)
  apiPermissions(routes, cloud)
  certificatesAndSecrets(routes, cloud)
  federatedCredentials(routes)
}
