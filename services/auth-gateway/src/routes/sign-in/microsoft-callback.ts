import { CONSENT_STATE_PREFIX, type ConsentAnswer } from '@jackfield/contract/microsoft/consent-link'
import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import { CALLBACK_PATH, isDeliveredRight, nextOf, readAnswer } from '../../domain/sign-in/pending-login.ts'
import { controlOrigin } from '../../domain/site.ts'
import { refuse } from '../../errors.ts'
import { sendPage, textsOf } from '../../http/page-plugin.ts'
import { pathOf, takeForms } from '../../http/requests.ts'
import { consentPage } from '../../pages/control-pages.ts'
import type { Parts, Ports } from '../../ports.ts'
import { noteReturn } from '../../sessions/microsoft-trip.ts'
import { concludeLogin } from '../../sign-in/conclude-login.ts'
import { redeemAnswer, redeemInBrowser } from '../../sign-in/exchange.ts'
import { findAccount, pendingLogins, senderOf } from '../../sign-in/pending-logins.ts'

const PATHS = [CALLBACK_PATH, `${CALLBACK_PATH}/:clientId`]

/** Takes Microsoft's answers to sign-ins of people and of Control, and to admin-consent links. */
export const microsoftCallback: FastifyPluginAsync<Parts> = async (app, ports) => {
  for (const path of PATHS) {
    app.get(path, { exposeHeadRoute: false }, async (request, reply) => {
      reply.header('cache-control', 'no-store')
      const query = request.query as Record<string, unknown>
      const consent = readConsentAnswer(query)
      return consent ? showConsent(ports, reply, consent) : receive(ports, reply, readAnswer(query))
    })
  }
  await app.register(takePostedAnswers)
}

/**
 * Redirects an answer by form (OAuth 2.0 Form Post Response Mode) to the same answer by query: only that carries the Lax
 * cookies (T-16).
 */
const takePostedAnswers: FastifyPluginAsync = async (app) => {
  takeForms(app, 32_768)
  for (const path of PATHS) {
    app.post(path, async (request, reply) => {
      const answer = readAnswer((request.body ?? {}) as Record<string, unknown>)
      return reply.header('cache-control', 'no-store').redirect(`${pathOf(request)}?${answer}`, 303)
    })
  }
}

/** Host, browser and path are checked before anything is sent to Microsoft (T-10). */
async function receive(ports: Ports, reply: FastifyReply, answer: URLSearchParams) {
  const { request } = reply
  const state = answer.get('state') ?? ''
  const path = pathOf(request)
  const login = await pendingLogins.find(ports, state)
  if (login.origin !== request.site.origin) {
    // The pending login, never the request, names the host to redirect to (AZ-24).
    const { origin, pathname } = new URL(login.redirectUri)
    if (origin !== request.site.origin || pathname !== path) throw refuse('sign-in-misdirected')
    return reply.redirect(`${login.origin}${CALLBACK_PATH}?${answer}`, 303)
  }
  const sender = senderOf(request)
  if (!isDeliveredRight(login, { ...sender, path }))
    throw refuse(sender.browsers.length === 0 ? 'cookies-missing' : 'sign-in-misdirected')
  request.next = nextOf(login)
  if (login.purpose === 'app') request.uiLocales ??= login.uiLocales
  noteReturn(reply)
  await pendingLogins.consume(ports, state)

  const { account } = await findAccount(ports, request, login)
  if (!account) throw refuse('account-not-found')
  const code = answer.get('code')
  if (account?.redirectPlatform === 'spa' && code !== null)
    return redeemInBrowser(ports, reply, login, { account, code })
  return concludeLogin(ports, reply, login, await redeemAnswer(ports, request, login, answer, state))
}

/**
 * Reads an answer to an admin-consent link; its `state` has a prefix of its own. `tenant` and `admin_consent` are ignored:
 * anybody can write them, and the latter is present after a refusal too.
 */
function readConsentAnswer({ state, error }: Readonly<Record<string, unknown>>): ConsentAnswer | undefined {
  if (typeof state !== 'string' || !state.startsWith(CONSENT_STATE_PREFIX) || state.length > 200) return undefined
  return { state, isDeclined: error !== undefined }
}

/** Shows the result of an admin consent. It starts no session: often a colleague opens the link in their own browser. */
async function showConsent({ registry, baseUrl }: Parts, reply: FastifyReply, answer: ConsentAnswer) {
  const returned = await registry.receiveConsent(answer).catch((cause: unknown) => {
    throw refuse('temporarily-unavailable', { cause, retryAfter: 2 })
  })
  if (!returned) throw refuse('consent-link-not-found')
  return sendPage(reply, 200, consentPage(textsOf(reply.request), returned, controlOrigin(baseUrl)), {
    code: `consent-${returned.outcome}`,
  })
}
