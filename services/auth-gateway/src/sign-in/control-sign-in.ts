import { randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { decideControlAdmission } from '../domain/sign-in/control-admission.ts'
import type { ControlLogin } from '../domain/sign-in/control-login.ts'
import { CALLBACK_PATH } from '../domain/sign-in/pending-login.ts'
import type { SignInAccount, TenantSite } from '../domain/site.ts'
import { refuse } from '../errors.ts'
import { lookOf, sendPage, technicalDetails, textsOf } from '../http/page-plugin.ts'
import { CONTROL_REDEEMED_PATH, controlFailurePage, controlRefusalPage } from '../pages/control-sign-in-pages.ts'
import { languageHeaders } from '../pages/layout.ts'
import { redeemInBrowserPage } from '../pages/redeem-in-browser-page.ts'
import type { IdentityOutcome, Ports } from '../ports.ts'
import { readBrowser } from '../sessions/browser-cookie.ts'
import { endControlSession, startControlSession } from '../sessions/control-session.ts'
import { findTenantSite } from '../sites/site-plugin.ts'
import { askMicrosoft } from './ask-microsoft.ts'
import { pendingControlLogins, redeemingControlLogins } from './pending-logins.ts'
import { auditControlSignIn, causeOf } from './sign-in-audit.ts'

/**
 * Handles Microsoft's answer to a sign-in to Control: on the host of the redirect URI it redirects to Control's host,
 * which redeems it.
 */
export async function finishControlSignIn(
  ports: Ports,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: URLSearchParams,
) {
  const state = answer.get('state') ?? ''
  const login = await pendingControlLogins.find(ports, state)
  const path = request.url.split('?')[0] ?? ''
  if (request.site.origin !== login.origin) {
    const { origin, pathname } = new URL(login.redirectUri)
    if (origin !== request.site.origin || pathname !== path) throw refuse('sign-in-misdirected')
    return reply.redirect(`${login.origin}${CALLBACK_PATH}?${answer}`, 303)
  }
  if (path !== CALLBACK_PATH || readBrowser(request) !== login.browser) throw refuse('sign-in-misdirected')
  await pendingControlLogins.consume(ports, state)

  const { site, account } = await findAccount(ports, login)
  if (account.redirectPlatform === 'spa' && answer.has('code'))
    return redeemInBrowser(ports, request, reply, { site, account, login, answer })
  return concludeControlSignIn(ports, request, reply, {
    site,
    login,
    outcome: await askMicrosoft(ports, request, login, answer, state),
  })
}

/** Reads the current account: one that was disabled since the sign-in began admits nobody. */
export async function findAccount({ registry }: Pick<Ports, 'registry'>, login: ControlLogin) {
  const site = await findTenantSite(registry, login.host)
  const account =
    site?.tenant.id === login.tenantId ? site.accounts.find(({ id }) => id === login.accountId) : undefined
  if (!site || !account) throw refuse('account-not-found')
  return { site, account }
}

type Redeeming = { site: TenantSite; account: SignInAccount; login: ControlLogin; answer: URLSearchParams }

/** The browser redeems a code of the platform `spa`, as for people (S11). */
async function redeemInBrowser(
  ports: Ports,
  request: FastifyRequest,
  reply: FastifyReply,
  { site, account, login, answer }: Redeeming,
) {
  const redemption = await ports.microsoft.browserRedemption(account)
  if (redemption.kind !== 'redemption')
    return concludeControlSignIn(ports, request, reply, { site, login, outcome: redemption })
  const handle = randomBytes(32).toString('base64url')
  await redeemingControlLogins.save(ports, handle, login)
  const look = { ...lookOf(request), tenant: site.tenant.name }
  const { page, policy } = redeemInBrowserPage(look, {
    tokenEndpoint: redemption.tokenEndpoint,
    scope: redemption.scope,
    clientId: account.clientId,
    code: answer.get('code') ?? '',
    redirectUri: login.redirectUri,
    verifier: login.verifier,
    handle,
    action: CONTROL_REDEEMED_PATH,
  })
  return reply
    .headers(languageHeaders(look))
    .header('content-security-policy', policy)
    .type('text/html; charset=utf-8')
    .send(page)
}

type Conclusion = {
  site: TenantSite
  login: ControlLogin
  outcome: IdentityOutcome
  goOn?: (path: string) => FastifyReply
}

/**
 * Ends a sign-in to Control with Microsoft's outcome: the registry says whether the identity is an administrator.
 * Refused people get no session.
 */
export async function concludeControlSignIn(
  ports: Ports,
  request: FastifyRequest,
  reply: FastifyReply,
  conclusion: Conclusion,
) {
  const { site, login, outcome, goOn = (path) => reply.redirect(path, 303) } = conclusion
  const { tenantId, accountId } = login
  const links = {
    tenant: site.tenant,
    alias: site.accounts.find(({ id }) => id === accountId)?.alias ?? 'Microsoft 365',
  }
  if (outcome.kind !== 'identity') {
    const { code, reason, correlationId } = causeOf(outcome)
    request.log[outcome.kind === 'cancelled' ? 'info' : 'warn']({ reason, accountId }, 'microsoft gave no identity')
    await auditControlSignIn(ports, request, { outcome: 'refused', reason, tenantId, accountId })
    const { status, page } = controlFailurePage(textsOf(request), outcome, {
      ...links,
      details: technicalDetails(request, code, correlationId),
    })
    return sendPage(reply, status, page)
  }

  const { identity } = outcome
  const [known, person] = await Promise.all([
    ports.registry.findAdministratorByIdentity(tenantId, identity.directoryId, identity.objectId),
    ports.roster.findByIdentity(tenantId, identity.directoryId, identity.objectId),
  ])
  const admission = decideControlAdmission(known, person)
  if (admission.kind !== 'admitted') {
    await auditControlSignIn(ports, request, {
      outcome: 'refused',
      reason: admission.kind,
      tenantId,
      accountId,
      identity,
    })
    return sendPage(
      reply,
      403,
      controlRefusalPage(textsOf(request), admission.kind, {
        ...links,
        details: technicalDetails(request, admission.kind),
      }),
    )
  }
  const { administrator } = admission
  await endControlSession(ports, request, reply)
  await startControlSession(ports, reply, { administratorId: administrator.id })
  await auditControlSignIn(ports, request, { outcome: 'success', tenantId, accountId, identity, administrator })
  return goOn(login.returnTo)
}
