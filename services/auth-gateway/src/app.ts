import cookie from '@fastify/cookie'
import { createServer, type ServerOptions } from '@jackfield/http-server/create-server'
import { strictRequestsPlugin } from '@jackfield/http-server/strict-requests-plugin'
import { problemPages } from '@jackfield/problem/problem-plugin'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { adminRoutes } from './admin-routes.ts'
import { networkOf } from './domain/rate-limits.ts'
import { controlOrigin } from './domain/site.ts'
import { isDependencyFailure, refuse } from './errors.ts'
import { headPlugin } from './http/head-plugin.ts'
import { pagePlugin } from './http/page-plugin.ts'
import { rateLimitPlugin } from './http/rate-limit-plugin.ts'
import { forwardedHostPlugin, plantedCookiesPlugin, securityHeadersPlugin } from './http/request-guards.ts'
import { pathInLog } from './http/requests.ts'
import type { Backends, Ports } from './ports.ts'
import { beginControlSignIn } from './routes/control/begin-control-sign-in.ts'
import { controlFiles } from './routes/control/control-files.ts'
import { controlSession } from './routes/control/control-session.ts'
import { forwardAdminApi } from './routes/control/forward-admin-api.ts'
import { showOpenapi } from './routes/control/show-openapi.ts'
import { showProblem } from './routes/control/show-problem.ts'
import { endMicrosoftSession } from './routes/end-microsoft-session.ts'
import { endOwnSession } from './routes/end-own-session.ts'
import { openidProvider } from './routes/openid-provider.ts'
import { showDeviceQrCode } from './routes/show-device-qr-code.ts'
import { showLogo } from './routes/show-logo.ts'
import { showOwnSessions } from './routes/show-own-sessions.ts'
import { showSession } from './routes/show-session.ts'
import { showSignInOptions } from './routes/show-sign-in-options.ts'
import { acceptRedeemed } from './routes/sign-in/accept-redeemed.ts'
import { askWorkAddress } from './routes/sign-in/ask-work-address.ts'
import { cancelSignIn } from './routes/sign-in/cancel-sign-in.ts'
import { chooseTenant } from './routes/sign-in/choose-tenant.ts'
import { continueSignIn } from './routes/sign-in/continue-sign-in.ts'
import { microsoftCallback } from './routes/sign-in/microsoft-callback.ts'
import { showRedemption } from './routes/sign-in/show-redemption.ts'
import { showSignedIn } from './routes/sign-in/show-signed-in.ts'
import { startMicrosoftSignIn } from './routes/sign-in/start-microsoft-sign-in.ts'
import { signInFrontend } from './routes/sign-in-frontend.ts'
import { signOutFrontend } from './routes/sign-out-frontend.ts'
import { verifyRequest } from './routes/verify-request.ts'
import { adminGuard } from './sessions/admin-guard.ts'
import { onSites, sitePlugin } from './sites/site-plugin.ts'

export type AppSettings = Pick<ServerOptions, 'logLevel' | 'healthChecks' | 'trustedProxies' | 'logTo'> & {
  baseUrl: string
  controlDirectory: string
  /** Stretches the rate limits of volume; 0 lifts them. */
  rateLimitFactor?: number
  backends: Backends
}

/** The only door for people. The host decides whose request it is; health and metrics answer on internal hosts only. */
export function buildApp(settings: AppSettings, ports: Ports) {
  const { baseUrl, backends, controlDirectory } = settings
  const app = createServer({ ...settings, name: 'auth-gateway', problemPages: problemPages(baseUrl), pathInLog })
  const parts = { ...ports, baseUrl }
  const { registry, backendToken } = ports

  app.register(forwardedHostPlugin, { baseUrl })
  // Asked before every request of every frontend: no step that it does not need.
  app.register(async (ingresses) => {
    ingresses.setErrorHandler(dependencyFailuresAs503)
    await ingresses.register(plantedCookiesPlugin)
    await ingresses.register(securityHeadersPlugin)
    ingresses.addHook('onRequest', noStore)
    await ingresses.register(sitePlugin, { registry, baseUrl })
    ingresses.addHook('onRequest', onSites('tenant', 'shared'))
    await ingresses.register(verifyRequest, ports)
  })
  app.register(async (sites) => {
    sites.setErrorHandler(dependencyFailuresAs503)
    await sites.register(plantedCookiesPlugin)
    await sites.register(cookie)
    await sites.register(headPlugin, ports)
    await sites.register(securityHeadersPlugin)
    await sites.register(rateLimitPlugin, { factor: settings.rateLimitFactor ?? 1 })

    await sites.register(async (people) => {
      await people.register(pagePlugin, { registry, baseUrl })
      await people.register(sitePlugin, { registry, baseUrl })
      people.addHook('preHandler', fromNetwork(ports))

      await people.register(microsoftCallback, parts)
      await people.register(showRedemption, ports)
      await people.register(acceptRedeemed, ports)
      await people.register(endMicrosoftSession, ports)
      await people.register(async (hosts) => {
        hosts.addHook('onRequest', onSites('tenant', 'shared'))
        await hosts.register(continueSignIn, parts)
        await hosts.register(askWorkAddress, parts)
        await hosts.register(chooseTenant, parts)
        await hosts.register(startMicrosoftSignIn, parts)
        await hosts.register(cancelSignIn, ports)
        await hosts.register(showSignedIn)
        await hosts.register(signInFrontend, parts)
        await hosts.register(signOutFrontend, parts)
        await hosts.register(showOwnSessions, ports)
        await hosts.register(showLogo, ports)
        await hosts.register(showDeviceQrCode)
        await hosts.register(endOwnSession, ports)
        await hosts.register(openidProvider, parts)
      })
      await people.register(showProblem)
      await people.register(controlFiles, { directory: controlDirectory })
    })

    // Called by servers: responses are for programs, never pages.
    await sites.register(async (frontends) => {
      frontends.addHook('onRequest', noStore)
      await frontends.register(sitePlugin, { registry, baseUrl })
      frontends.addHook('onRequest', onSites('tenant', 'shared'))
      await frontends.register(showSession, ports)
    })

    await sites.register(async (frontends) => {
      frontends.addHook('onRequest', noStore)
      await frontends.register(showSignInOptions, parts)
    })

    await sites.register(async (control) => {
      await control.register(sitePlugin, { registry, baseUrl })
      control.addHook('onRequest', onSites('control'))
      await control.register(async (own) => {
        await own.register(strictRequestsPlugin)
        own.addHook('preHandler', fromNetwork(ports))
        await own.register(controlSession, ports)
        await own.register(beginControlSignIn, parts)
        await own.register(showOpenapi, { origin: controlOrigin(baseUrl) })
      })
      await control.register(async (admin) => {
        admin.addHook('onRequest', adminGuard(ports, control.rateLimiter))
        await admin.register(
          adminRoutes(ports, (own) => own.addHook('onRequest', noStore)),
          { prefix: '/api/v1' },
        )
        // Unknown paths are answered by the service behind.
        await admin.register(forwardAdminApi, { backends, backendToken })
      })
    })
  })
  return app
}

function dependencyFailuresAs503(error: unknown): never {
  throw isDependencyFailure(error) ? refuse('temporarily-unavailable', { cause: error, retryAfter: 2 }) : error
}

/** After the body, whose events would lose the context. */
function fromNetwork({ records }: Pick<Ports, 'records'>) {
  return (request: FastifyRequest, _reply: FastifyReply, done: () => void) => records.from(networkOf(request.ip), done)
}

function noStore(_request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  reply.header('cache-control', 'no-store')
  done()
}
