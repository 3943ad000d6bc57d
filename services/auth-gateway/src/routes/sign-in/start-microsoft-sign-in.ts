import { randomBytes } from 'node:crypto'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { INTERACTION } from '../../domain/session-limits.ts'
import type { Realm } from '../../domain/sign-in/home-realm.ts'
import { type PendingLogin, redirectUriFor } from '../../domain/sign-in/pending-login.ts'
import { namespaceOf, type SignInSite } from '../../domain/site.ts'
import { findTenantOf } from '../../domain/tenant-of-site.ts'
import { refuse } from '../../errors.ts'
import { sendPage, technicalDetails, textsOf } from '../../http/page-plugin.ts'
import { microsoftFailurePage } from '../../pages/sign-in-pages.ts'
import type { Attempt, Ports } from '../../ports.ts'
import { readBrowser } from '../../sessions/browser-cookie.ts'
import { AttemptParams } from '../../sign-in/attempt-params.ts'
import { findNamedTenant } from '../../sign-in/home-realm.ts'
import { pendingLogins } from '../../sign-in/pending-logins.ts'
import { IDENTITY } from '../../sign-in/proven-identity.ts'
import { auditSignIn } from '../../sign-in/sign-in-audit.ts'
import { signInSite } from '../../sites/site-plugin.ts'

const schema = {
  params: AttemptParams.extend({ accountId: z.uuid() }),
  querystring: z.object({ prompt: z.literal('select_account').optional() }),
}
type Shape = { Params: z.infer<typeof schema.params>; Querystring: z.infer<typeof schema.querystring> }

/** Starts a sign-in with the Microsoft account that the person chose, or with another login at Microsoft. */
export const startMicrosoftSignIn: FastifyPluginAsync<Ports & { baseUrl: string }> = async (app, ports) => {
  app.get<Shape>(
    '/auth/interaction/:uid/microsoft/:accountId',
    { schema, exposeHeadRoute: false },
    async (request, reply) => {
      const site = signInSite(request)
      const provider = await ports.providers(site)
      const attempt = await provider.findAttempt(request.raw, reply.raw, readBrowser(request))
      if (!attempt || attempt.uid !== request.params.uid) throw refuse('sign-in-not-found')
      request.uiLocales ??= attempt.uiLocales
      const start = await findStart(ports, site, attempt, request.params.accountId)
      if (!start) throw refuse('account-not-found')
      await ports.records(namespaceOf(site)).remove(IDENTITY, attempt.uid)
      return redirectToMicrosoft(ports, request, reply, {
        attempt,
        ...start,
        chooseAnother: request.query.prompt === 'select_account',
      })
    },
  )
}

type Start = {
  attempt: Attempt
  realm: Realm
  chooseAnother: boolean
  loginHint?: string | undefined
  isTenantChosen?: boolean
  /** Microsoft has identified the person a moment ago, for another account: it need not prompt again. */
  isSecondTrip?: boolean
}

/** On a shared host: the account chosen for this attempt. */
export const REALM = 'SignInRealm'
const StoredRealm = z.object({ tenantId: z.string(), accountId: z.string(), loginHint: z.string().optional() })

/**
 * An account of the tenant; on a shared host one of the tenant that the app names, or the one chosen for this attempt,
 * and no other.
 */
async function findStart(
  ports: Ports & { baseUrl: string },
  site: SignInSite,
  attempt: Attempt,
  accountId: string,
): Promise<Pick<Start, 'realm' | 'loginHint'> | undefined> {
  const stored = site.kind === 'shared' ? await ports.records(namespaceOf(site)).find(REALM, attempt.uid) : undefined
  const led = stored && StoredRealm.parse(stored.payload)
  const found =
    site.kind === 'tenant'
      ? site
      : led?.accountId === accountId
        ? await findTenantOf(ports.registry, site, led.tenantId)
        : attempt.tenantHint && (await findNamedTenant(ports, attempt.tenantHint))
  const account = found ? found.accounts.find(({ id }) => id === accountId) : undefined
  return found && account
    ? { realm: { tenant: found.tenant, branding: found.branding, account }, loginHint: led?.loginHint }
    : undefined
}

/** Saves the pending login under its state, then redirects to the directory's authorize endpoint (T-10). */
export async function redirectToMicrosoft(
  { microsoft, records, registry, baseUrl }: Pick<Ports, 'microsoft' | 'records' | 'registry'> & { baseUrl: string },
  request: FastifyRequest,
  reply: FastifyReply,
  {
    attempt,
    realm,
    chooseAnother,
    loginHint = attempt.loginHint,
    isTenantChosen = attempt.tenantHint !== undefined,
    isSecondTrip,
  }: Start,
) {
  const site = signInSite(request)
  const { tenant, account } = realm
  const browser = readBrowser(request)
  if (!browser) throw refuse('sign-in-not-found')
  const random = () => randomBytes(32).toString('base64url')
  const state = random()
  const pending: PendingLogin = {
    verifier: random(),
    nonce: random(),
    tenantId: tenant.id,
    accountId: account.id,
    origin: site.origin,
    redirectUri: redirectUriFor(account.redirectMode, baseUrl, site.origin, attempt.clientId),
    interaction: attempt.uid,
    clientId: attempt.clientId,
    returnOrigin: attempt.redirectOrigin,
    browser,
    uiLocales: attempt.uiLocales,
    isTenantChosen,
  }
  const answer = await microsoft.authorizeUrl(account, {
    redirectUri: pending.redirectUri,
    state,
    nonce: pending.nonce,
    verifier: pending.verifier,
    loginHint: chooseAnother ? undefined : loginHint,
    domainHint: attempt.domainHint,
    prompt: promptFor(attempt, chooseAnother, isSecondTrip === true),
  })
  if (answer.kind === 'url') {
    await pendingLogins.save({ records }, state, pending, attempt.uid)
    if (site.kind === 'shared') {
      const payload = { tenantId: tenant.id, accountId: account.id }
      await records(namespaceOf(site)).save({ kind: REALM, id: attempt.uid, payload, ttl: INTERACTION })
    }
    return reply.header('cache-control', 'no-store').redirect(answer.url, 303)
  }
  const { clientId } = attempt
  await auditSignIn({ registry }, request, tenant.id, {
    outcome: 'refused',
    reason: answer.kind,
    clientId,
    accountId: account.id,
  })
  if (answer.kind === 'wrong-directory') throw refuse('account-not-found')
  const correlationId = answer.kind === 'refused' ? answer.correlationId : undefined
  const { status, page } = microsoftFailurePage(textsOf(request), answer, {
    uid: attempt.uid,
    details: technicalDetails(request, answer.kind, correlationId),
  })
  return sendPage(reply, status, page, [attempt.redirectOrigin])
}

function promptFor(attempt: Attempt, chooseAnother: boolean, isSecondTrip: boolean) {
  if (chooseAnother || (attempt.prompt === 'select_account' && !isSecondTrip)) return 'select_account'
  return isFreshLoginAsked(attempt) ? 'login' : undefined
}

/**
 * Passes prompt=login and max_age on as prompt=login: a fresh login here means nothing without one at Microsoft (T-13).
 */
function isFreshLoginAsked({ reasons }: Attempt): boolean {
  return reasons.includes('login_prompt') || reasons.includes('max_age')
}
