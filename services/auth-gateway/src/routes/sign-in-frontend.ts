import { createHash, randomBytes } from 'node:crypto'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { SIGN_IN_DONE_PATH } from '../domain/app-registration.ts'
import { INTERACTION } from '../domain/lifetimes.ts'
import { chooseReturnTarget, isTooLongToReturn } from '../domain/sign-in/return-target.ts'
import { namespaceOf } from '../domain/site.ts'
import { refuse } from '../errors.ts'
import { sendOnward, sendPage, textsOf } from '../http/page-plugin.ts'
import { signInNotFinishedPage } from '../pages/sign-in-pages.ts'
import type { Parts } from '../ports.ts'
import { ensureBrowser, readBrowsers } from '../sessions/browser-cookie.ts'
import { findFrontend, findFrontendSession } from '../sessions/frontend-session.ts'
import { signInSite } from '../sites/site-plugin.ts'

const KIND = 'FrontendSignIn'
const Pending = z.object({ clientId: z.string(), target: z.string(), browser: z.string(), isRetry: z.boolean() })

/**
 * Sign-in of server-rendered frontends: an authorization request by the gateway itself, for the session cookie alone.
 */
export const signInFrontend: FastifyPluginAsync<Parts> = async (app, ports) => {
  app.get('/auth/signin', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    const { clientId, returnTo, isRetry } = readQuestion(request)
    const frontend = await findFrontend(ports, request, clientId)
    if (isTooLongToReturn(returnTo)) throw refuse('return-address-too-long')
    const site = signInSite(request)
    const target = chooseReturnTarget(returnTo, { origin: site.origin, allowed: frontend.origins, home: frontend.home })
    const session = await findFrontendSession(ports, request, frontend.app)
    if (session.kind === 'signed-in') return reply.redirect(target, 303)

    const { browser, setCookies } = ensureBrowser(request)
    reply.header('set-cookie', setCookies)
    const state = randomBytes(32).toString('base64url')
    const pending = { clientId: frontend.app.clientId, target, browser, isRetry }
    await ports.records(namespaceOf(site)).save({ kind: KIND, id: state, payload: pending, ttl: INTERACTION })
    const question = new URLSearchParams({
      client_id: frontend.app.clientId,
      redirect_uri: site.origin + SIGN_IN_DONE_PATH,
      response_type: 'code',
      scope: 'openid',
      state,
      // The verifier is discarded: nobody can redeem the code.
      code_challenge: createHash('sha256').update(randomBytes(32)).digest('base64url'),
      code_challenge_method: 'S256',
      ...(request.uiLocales && { ui_locales: request.uiLocales }),
    })
    return reply.redirect(`/auth/authorize?${question}`, 303)
  })

  app.get(SIGN_IN_DONE_PATH, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    const { state, code } = request.query as Record<string, unknown>
    const space = ports.records(namespaceOf(signInSite(request)))
    const found = typeof state === 'string' ? await space.find(KIND, state) : undefined
    if (!found) throw refuse('sign-in-not-found')
    const pending = Pending.parse(found.payload)
    const question = { app: pending.clientId, returnTo: pending.target }
    const again = `/auth/signin?${new URLSearchParams(question)}`
    request.next = again
    const browsers = readBrowsers(request)
    if (browsers.length === 0) throw refuse('cookies-missing')
    if (!browsers.includes(pending.browser)) throw refuse('sign-in-not-found')
    if (!(await space.consume(KIND, String(state)))) throw refuse('sign-in-used')
    await space.stopWaiting(KIND, String(state)) // kept for its target: a reload leads there
    if (typeof code === 'string') await space.remove('AuthorizationCode', code)

    const { app: frontend } = await findFrontend(ports, request, pending.clientId)
    const session = await findFrontendSession(ports, request, frontend)
    if (session.kind === 'signed-in') return reply.redirect(pending.target, 303)
    // Another tab signed in at the same moment and renewed the session's id, which this browser gets just now (T-132). A
    // page, because browsers count the redirects.
    if (code !== undefined && session.kind === 'signed-out' && !pending.isRetry) {
      const retry = `/auth/signin?${new URLSearchParams({ retry: 'true', ...question })}`
      return sendOnward(reply, retry, undefined, 1)
    }
    // No redirect to the app: its ingress would send the browser back here (T-72).
    return sendPage(reply, 403, signInNotFinishedPage(textsOf(request), again), { code: 'sign-in-not-finished' })
  })
}

/**
 * Reads `app` and `returnTo` or `returnPath`; the latter is last and verbatim, because nginx cannot encode it. `retry` is
 * our own.
 */
function readQuestion(request: FastifyRequest): { clientId: unknown; returnTo: unknown; isRetry: boolean } {
  const [, before, verbatim] = /\?(.*?)(?:(?<=[?&])returnPath=(.*))?$/.exec(request.url) ?? []
  const query = new URLSearchParams(before)
  const only = (name: string) => (query.getAll(name).length === 1 ? query.get(name) : undefined)
  return { clientId: only('app'), returnTo: verbatim ?? only('returnTo'), isRetry: query.has('retry') }
}
