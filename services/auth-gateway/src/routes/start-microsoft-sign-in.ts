import { randomBytes } from 'node:crypto'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { readBrowser } from '../browser-cookie.ts'
import { type PendingLogin, redirectUriFor } from '../domain/pending-login.ts'
import { PENDING_LOGIN } from '../domain/session-limits.ts'
import { namespaceOf, type SignInAccount } from '../domain/site.ts'
import { refuse } from '../errors.ts'
import { sendPage, technicalDetails, textsOf } from '../page-plugin.ts'
import { microsoftFailurePage } from '../pages/sign-in-pages.ts'
import type { Attempt, Ports } from '../ports.ts'
import { tenantSite } from '../site-plugin.ts'

const schema = {
  params: z.object({ uid: z.string().regex(/^[\w-]{1,64}$/), accountId: z.uuid() }),
  querystring: z.object({ prompt: z.literal('select_account').optional() }),
}
type Shape = { Params: z.infer<typeof schema.params>; Querystring: z.infer<typeof schema.querystring> }

/** Pending logins of the whole platform: the platform's host looks them up for every tenant (`single` mode). */
export const PENDING_SPACE = 'pending-logins'
export const PENDING = 'PendingLogin'

/** The person chose a Microsoft account of the tenant, or wants to use another Microsoft login. */
export const startMicrosoftSignIn: FastifyPluginAsync<Ports & { baseUrl: string }> = async (app, ports) => {
  app.get<Shape>('/auth/interaction/:uid/microsoft/:accountId', { schema, exposeHeadRoute: false }, async (request, reply) => {
    const site = tenantSite(request)
    const provider = await ports.providers(site)
    const attempt = await provider.findAttempt(request.raw, reply.raw, readBrowser(request))
    if (!attempt || attempt.uid !== request.params.uid) throw refuse('sign-in-not-found')
    request.uiLocales ??= attempt.uiLocales
    const account = site.accounts.find(({ id }) => id === request.params.accountId)
    if (!account) throw refuse('account-not-found')
    await ports.artefacts(namespaceOf(site)).remove('MicrosoftIdentity', attempt.uid)
    return redirectToMicrosoft(ports, request, reply, { attempt, account, chooseAnother: request.query.prompt === 'select_account' })
  })
}

type Start = { attempt: Attempt; account: SignInAccount; chooseAnother: boolean }

/** Notes the pending login under its state, then sends the browser to the directory's authorize endpoint (T-10). */
export async function redirectToMicrosoft(
  { microsoft, artefacts, baseUrl }: Pick<Ports, 'microsoft' | 'artefacts'> & { baseUrl: string },
  request: FastifyRequest,
  reply: FastifyReply,
  { attempt, account, chooseAnother }: Start,
) {
  const site = tenantSite(request)
  const browser = readBrowser(request)
  if (!browser) throw refuse('sign-in-not-found')
  const random = () => randomBytes(32).toString('base64url')
  const state = random()
  const pending: PendingLogin = {
    verifier: random(),
    nonce: random(),
    tenantId: site.tenant.id,
    accountId: account.id,
    origin: site.origin,
    redirectUri: redirectUriFor(account.redirectMode, baseUrl, site.origin, attempt.clientId),
    interaction: attempt.uid,
    clientId: attempt.clientId,
    returnOrigin: attempt.redirectOrigin,
    browser,
    uiLocales: attempt.uiLocales,
  }
  const answer = await microsoft.authorizeUrl(account, {
    redirectUri: pending.redirectUri,
    state,
    nonce: pending.nonce,
    verifier: pending.verifier,
    loginHint: chooseAnother ? undefined : attempt.loginHint,
    domainHint: attempt.domainHint,
    prompt: chooseAnother || attempt.prompt === 'select_account' ? 'select_account' : isFreshLoginAsked(attempt) ? 'login' : undefined,
  })
  if (answer.kind === 'url') {
    // One for each attempt, however often it leads to Microsoft: the last counts.
    await artefacts(PENDING_SPACE).removeByUid(PENDING, attempt.uid)
    await artefacts(PENDING_SPACE).save({ kind: PENDING, id: state, payload: pending, ttl: PENDING_LOGIN, uid: attempt.uid })
    return reply.header('cache-control', 'no-store').redirect(answer.url, 303)
  }
  if (answer.kind === 'wrong-directory') throw refuse('account-not-found')
  const correlationId = answer.kind === 'refused' ? answer.correlationId : undefined
  const { status, page } = microsoftFailurePage(textsOf(request), answer, {
    uid: attempt.uid,
    details: technicalDetails(request, answer.kind, correlationId),
  })
  return sendPage(reply, status, page, [attempt.redirectOrigin])
}

/** prompt=login and max_age reach Microsoft as prompt=login: our word for "again" is worth nothing without theirs (T-13). */
function isFreshLoginAsked({ reasons }: Attempt): boolean {
  return reasons.includes('login_prompt') || reasons.includes('max_age')
}
