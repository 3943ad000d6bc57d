import { randomBytes } from 'node:crypto'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { INTERACTION } from '../../domain/session-limits.ts'
import { isControlState } from '../../domain/sign-in/control-login.ts'
import { CALLBACK_PATH, isDeliveredRight, type PendingLogin, readAnswer } from '../../domain/sign-in/pending-login.ts'
import type { SignInAccount } from '../../domain/site.ts'
import { nameOf, namespaceOf } from '../../domain/site.ts'
import { findTenantOf } from '../../domain/tenant-of-site.ts'
import { refuse } from '../../errors.ts'
import { lookOf, sendPage, technicalDetails, textsOf } from '../../http/page-plugin.ts'
import { languageHeaders } from '../../pages/layout.ts'
import { redeemInBrowserPage } from '../../pages/redeem-in-browser-page.ts'
import { microsoftFailurePage, wrongDirectoryPage } from '../../pages/sign-in-pages.ts'
import type { IdentityOutcome, MicrosoftFailure, Ports } from '../../ports.ts'
import { readBrowser } from '../../sessions/browser-cookie.ts'
import { askMicrosoft } from '../../sign-in/ask-microsoft.ts'
import { readConsentAnswer, showConsentReturn } from '../../sign-in/consent-return.ts'
import { finishControlSignIn } from '../../sign-in/control-sign-in.ts'
import { pendingLogins, redeemingLogins } from '../../sign-in/pending-logins.ts'
import { IDENTITY } from '../../sign-in/proven-identity.ts'
import { auditSignIn, causeOf } from '../../sign-in/sign-in-audit.ts'
import { signInSite } from '../../sites/site-plugin.ts'

/** Takes Microsoft's answer. Host, browser and path are checked before anything is sent to Microsoft (T-10). */
export const microsoftCallback: FastifyPluginAsync<Ports> = async (app, ports) => {
  const options = { exposeHeadRoute: false }
  for (const path of [CALLBACK_PATH, `${CALLBACK_PATH}/:clientId`]) {
    app.get(path, options, async (request, reply) => {
      reply.header('cache-control', 'no-store')
      const consent = readConsentAnswer(request.query as Record<string, unknown>)
      if (consent) return showConsentReturn(ports, request, reply, consent)
      const answer = readAnswer(request.query as Record<string, unknown>)
      if (isControlState(answer.get('state'))) return finishControlSignIn(ports, request, reply, answer)
      return request.site.kind === 'platform'
        ? relay(ports, request, reply, answer)
        : receive(ports, request, reply, answer)
    })
  }
  await app.register(takePostedAnswers)
}

const MOST_OF_A_FORM = 32_768

/**
 * Redirects an answer by form (OAuth 2.0 Form Post Response Mode) to the same answer by query: the cross-site POST
 * carries no Lax cookie, the redirect's GET does, so that no cookie must be `SameSite=None` (T-16).
 */
const takePostedAnswers: FastifyPluginAsync = async (app) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: MOST_OF_A_FORM },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
  for (const path of [CALLBACK_PATH, `${CALLBACK_PATH}/:clientId`]) {
    app.post(path, async (request, reply) => {
      const answer = readAnswer((request.body ?? {}) as Record<string, unknown>)
      return reply.header('cache-control', 'no-store').redirect(`${pathOf(request)}?${answer}`, 303)
    })
  }
}

/**
 * `single` mode: redirects to the host where the login began, which the pending login names, never the request (AZ-24).
 */
async function relay(ports: Ports, request: FastifyRequest, reply: FastifyReply, answer: URLSearchParams) {
  const pending = await pendingLogins.find(ports, answer.get('state') ?? '')
  const { origin, pathname } = new URL(pending.redirectUri)
  if (origin !== request.site.origin || pathname !== pathOf(request)) throw refuse('sign-in-misdirected')
  return reply.redirect(`${pending.origin}${CALLBACK_PATH}?${answer}`, 303)
}

async function receive(ports: Ports, request: FastifyRequest, reply: FastifyReply, answer: URLSearchParams) {
  const site = signInSite(request)
  const state = answer.get('state') ?? ''
  const pending = await pendingLogins.find(ports, state)
  const tenantId = site.kind === 'tenant' ? site.tenant.id : undefined
  const delivery = { tenantId, origin: site.origin, browser: readBrowser(request), path: pathOf(request) }
  if (!isDeliveredRight(pending, delivery)) throw refuse('sign-in-misdirected')
  request.uiLocales ??= pending.uiLocales
  await pendingLogins.consume(ports, state)

  const account = await findPendingAccount(ports, request, pending)
  if (account?.redirectPlatform === 'spa' && answer.has('code'))
    return redeemInBrowser(ports, request, reply, account, pending, answer)
  return concludeSignIn(ports, request, reply, pending, await askMicrosoft(ports, request, pending, answer, state))
}

/** The browser redeems a code of the platform `spa` and posts the result under a handle of its own (S11). */
async function redeemInBrowser(
  ports: Ports,
  request: FastifyRequest,
  reply: FastifyReply,
  account: SignInAccount,
  pending: PendingLogin,
  answer: URLSearchParams,
) {
  const redemption = await ports.microsoft.browserRedemption(account)
  if (redemption.kind !== 'redemption') return showFailure(ports, request, reply, pending, redemption)
  const handle = randomBytes(32).toString('base64url')
  await redeemingLogins.save(ports, handle, pending)
  const { tokenEndpoint, scope } = redemption
  const { redirectUri, verifier } = pending
  const code = answer.get('code') ?? ''
  const look = lookOf(request)
  const { page, policy } = redeemInBrowserPage(look, {
    tokenEndpoint,
    scope,
    clientId: account.clientId,
    code,
    redirectUri,
    verifier,
    handle,
  })
  return reply
    .header('content-security-policy', policy)
    .header('referrer-policy', 'no-referrer')
    .headers(languageHeaders(look))
    .type('text/html; charset=utf-8')
    .send(page)
}

/** Saves the identity that Microsoft gave and continues the attempt, or shows why there is none. */
export async function concludeSignIn(
  ports: Ports,
  request: FastifyRequest,
  reply: FastifyReply,
  pending: PendingLogin,
  outcome: IdentityOutcome,
  goOn: (path: string) => FastifyReply = (path) => reply.redirect(path, 303),
) {
  if (outcome.kind !== 'identity') return showFailure(ports, request, reply, pending, outcome)
  await ports.records(namespaceOf(signInSite(request))).save({
    kind: IDENTITY,
    id: pending.interaction,
    payload: {
      ...outcome.identity,
      tenantId: pending.tenantId,
      accountId: pending.accountId,
      isTenantChosen: pending.isTenantChosen,
    },
    ttl: INTERACTION,
  })
  return goOn(`/auth/interaction/${pending.interaction}`)
}

/** The account of a pending login; undefined when it or its tenant has been removed. */
export async function findPendingAccount(
  { registry }: Ports,
  request: FastifyRequest,
  { tenantId, accountId }: PendingLogin,
) {
  return (await findTenantOf(registry, signInSite(request), tenantId))?.accounts.find(({ id }) => id === accountId)
}

async function showFailure(
  ports: Ports,
  request: FastifyRequest,
  reply: FastifyReply,
  pending: PendingLogin,
  failure: MicrosoftFailure,
) {
  const { clientId, tenantId, accountId, interaction: uid } = pending
  const { code, reason, correlationId } = causeOf(failure)
  request.log[failure.kind === 'cancelled' ? 'info' : 'warn']({ reason, accountId }, 'microsoft gave no identity')
  await auditSignIn(ports, request, tenantId, { outcome: 'refused', reason, clientId, accountId })
  const texts = textsOf(request)
  const links = { uid, tenant: nameOf(signInSite(request)), details: technicalDetails(request, code, correlationId) }
  if (failure.kind === 'wrong-directory') {
    const alias = (await findPendingAccount(ports, request, pending))?.alias ?? 'Microsoft 365'
    return sendPage(reply, 403, wrongDirectoryPage(texts, alias, accountId, links), [pending.returnOrigin])
  }
  const { status, page } = microsoftFailurePage(texts, failure, links)
  return sendPage(reply, status, page, [pending.returnOrigin])
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0] ?? ''
}
