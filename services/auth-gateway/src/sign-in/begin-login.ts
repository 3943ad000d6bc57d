import { randomBytes } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import type { Realm } from '../domain/sign-in/home-realm.ts'
import { type PendingLogin, redirectUriFor, stateFor } from '../domain/sign-in/pending-login.ts'
import type { SignInAccount } from '../domain/site.ts'
import { refuse } from '../errors.ts'
import { sendPage, textsOf } from '../http/page-plugin.ts'
import { microsoftFailurePage } from '../pages/sign-in-pages.ts'
import type { Attempt, AuthorizeQuestion, Parts, Ports } from '../ports.ts'
import { noteDeparture } from '../sessions/microsoft-trip.ts'
import { signInSite } from '../sites/site-plugin.ts'
import { chosenAccounts } from './attempt.ts'
import { pendingLogins } from './pending-logins.ts'
import { auditSignIn, causeOf } from './sign-in-audit.ts'

/** A pending login before it gets its secrets. Distributes over the purposes. */
type Beginning<Login = PendingLogin> = Login extends PendingLogin ? Omit<Login, 'verifier' | 'nonce'> : never
type Hints = Pick<AuthorizeQuestion, 'loginHint' | 'domainHint' | 'prompt'>

/** Saves a pending login under a new state (T-10). Returns Microsoft's address for it, or why there is none. */
export async function beginLogin(ports: Ports, account: SignInAccount, beginning: Beginning, hints: Hints) {
  const random = () => randomBytes(32).toString('base64url')
  const state = stateFor(beginning.purpose, random())
  const login = { ...beginning, verifier: random(), nonce: random() }
  const { redirectUri, nonce, verifier } = login
  const answer = await ports.microsoft.authorizeUrl(account, { redirectUri, state, nonce, verifier, ...hints })
  if (answer.kind === 'url')
    await pendingLogins.save(ports, state, login, login.purpose === 'app' ? login.interaction : undefined)
  return answer
}

type Start = {
  attempt: Attempt
  realm: Realm
  chooseAnother?: boolean
  loginHint?: string | undefined
  isTenantChosen?: boolean
  /** Microsoft identified the person a moment ago, for another account: it need not prompt again. */
  isSecondTrip?: boolean
}

/** Redirects an attempt to the directory's authorize endpoint, or shows why that is impossible. */
export async function redirectToMicrosoft(ports: Parts, reply: FastifyReply, start: Start) {
  const { request } = reply
  const { attempt, realm, chooseAnother = false, isSecondTrip = false } = start
  const { loginHint = attempt.loginHint, isTenantChosen = attempt.tenantHint !== undefined } = start
  const site = signInSite(request)
  const { tenant, account } = realm
  const { uid, browser, clientId, redirectOrigin: returnOrigin, uiLocales, domainHint } = attempt
  const answer = await beginLogin(
    ports,
    account,
    {
      purpose: 'app',
      tenantId: tenant.id,
      accountId: account.id,
      origin: site.origin,
      redirectUri: redirectUriFor(account.redirectMode, ports.baseUrl, site.origin, clientId),
      interaction: uid,
      clientId,
      returnOrigin,
      browser,
      uiLocales,
      isTenantChosen,
    },
    {
      loginHint: chooseAnother ? undefined : loginHint,
      domainHint,
      prompt: promptFor(attempt, chooseAnother, isSecondTrip),
    },
  )
  if (answer.kind === 'url') {
    noteDeparture(reply, account.id, ports.clock())
    if (site.kind === 'shared')
      await chosenAccounts.save(ports, site, uid, { tenantId: tenant.id, accountId: account.id })
    return reply.header('cache-control', 'no-store').redirect(answer.url, 303)
  }
  const { code, reason, correlationId } = causeOf(answer)
  await auditSignIn(ports, request, tenant.id, { outcome: 'refused', reason, clientId, accountId: account.id })
  if (answer.kind === 'wrong-directory') throw refuse('account-not-found')
  const { status, page } = microsoftFailurePage(textsOf(request), answer, uid)
  return sendPage(reply, status, page, { formTarget: returnOrigin, code, correlationId })
}

function promptFor({ prompt, reasons }: Attempt, chooseAnother: boolean, isSecondTrip: boolean) {
  if (chooseAnother || (prompt === 'select_account' && !isSecondTrip)) return 'select_account'
  // A fresh login here, by prompt=login or max_age, means nothing without one at Microsoft (T-13).
  return reasons.includes('login_prompt') || reasons.includes('max_age') ? 'login' : undefined
}
