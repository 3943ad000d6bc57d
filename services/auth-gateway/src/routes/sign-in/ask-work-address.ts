import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { PENDING_LOGIN } from '../../domain/session-limits.ts'
import { readAddress, readDomainHint } from '../../domain/sign-in/home-realm.ts'
import { namespaceOf } from '../../domain/site.ts'
import { refuse } from '../../errors.ts'
import { sendPage, technicalDetails, textsOf } from '../../http/page-plugin.ts'
import type { RateLimiter } from '../../http/rate-limit-plugin.ts'
import { askAddressPage, chooseRealmPage } from '../../pages/home-realm-pages.ts'
import { html } from '../../pages/html.ts'
import { accountPickerPage, notSetUpPage } from '../../pages/sign-in-pages.ts'
import type { Attempt, Ports } from '../../ports.ts'
import { readBrowser } from '../../sessions/browser-cookie.ts'
import { AttemptParams } from '../../sign-in/attempt-params.ts'
import { findNamedTenant, findRealms } from '../../sign-in/home-realm.ts'
import { onSharedSite, signInSite } from '../../sites/site-plugin.ts'
import { REALM, redirectToMicrosoft } from './start-microsoft-sign-in.ts'

const PATH = '/auth/interaction/:uid/address'
const Answer = z.object({ address: z.string().max(400), account: z.uuid().optional() })
type Params = { Params: AttemptParams }
type Needed = Ports & { baseUrl: string }

/** On a shared host: finds where to sign in by the work address, which is a hint and proves nothing (T-04). */
export const askWorkAddress: FastifyPluginAsync<Needed> = async (app, ports) => {
  app.addHook('onRequest', onSharedSite)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 2_048 },
    (_request, body, done) => {
      done(null, Object.fromEntries(new URLSearchParams(String(body))))
    },
  )

  const attemptOf = async (request: FastifyRequest<Params>, reply: FastifyReply) => {
    const provider = await ports.providers(signInSite(request))
    const attempt = await provider.findAttempt(request.raw, reply.raw, readBrowser(request))
    if (!attempt || attempt.uid !== request.params.uid) throw refuse('sign-in-not-found')
    request.uiLocales ??= attempt.uiLocales
    return attempt
  }

  app.get<Params>(PATH, { schema: { params: AttemptParams }, exposeHeadRoute: false }, async (request, reply) => {
    const { uid, redirectOrigin } = await attemptOf(request, reply)
    return sendPage(reply, 200, askAddressPage(textsOf(request), uid), [redirectOrigin])
  })

  app.post<Params & { Body: z.infer<typeof Answer> }>(
    PATH,
    { schema: { params: AttemptParams, body: Answer } },
    async (request, reply) => {
      const { uid, redirectOrigin } = await attemptOf(request, reply)
      const { address: typed, account: chosen } = request.body
      const address = readAddress(typed)
      if (address === undefined)
        return sendPage(reply, 200, askAddressPage(textsOf(request), uid, typed, 'malformed'), [redirectOrigin])

      await app.rateLimiter.count(request, 'addresses-asked')
      const realms = await findRealms(ports, address)
      const [first, ...others] = realms
      const realm = chosen === undefined ? first : realms.find(({ account }) => account.id === chosen)
      if (!realm) return sendPage(reply, 200, askAddressPage(textsOf(request), uid, typed, 'unknown'), [redirectOrigin])
      if (chosen === undefined && others.length > 0) {
        return sendPage(
          reply,
          200,
          chooseRealmPage(
            textsOf(request),
            uid,
            address,
            realms.map(({ account }) => account),
          ),
          [redirectOrigin],
        )
      }
      const payload = { tenantId: realm.tenant.id, accountId: realm.account.id, loginHint: address }
      await ports.records(namespaceOf(signInSite(request))).save({ kind: REALM, id: uid, payload, ttl: PENDING_LOGIN })
      // A page instead of a redirect: a form led here, and the way goes through Microsoft (CSP `form-action`).
      const path = `/auth/interaction/${uid}/microsoft/${realm.account.id}`
      const texts = textsOf(request)
      const body = html`<p>${texts.oneMoment}</p><div class="actions"><a class="button" href="${path}">${texts.continue}</a></div>`
      return sendPage(reply.header('refresh', `0;url=${path}`), 200, { title: texts.redeeming.title, body })
    },
  )
}

/**
 * Uses the app's hints where they suffice: the tenant's slug, the person's address, a domain. Otherwise asks the
 * person.
 */
export async function leadToRealm(
  ports: Needed,
  limiter: RateLimiter,
  request: FastifyRequest,
  reply: FastifyReply,
  attempt: Attempt,
) {
  const { uid, redirectOrigin, tenantHint } = attempt
  if (tenantHint !== undefined) return leadToNamedTenant(ports, request, reply, attempt, tenantHint)
  const address = readAddress(attempt.loginHint) ?? readDomainHint(attempt.domainHint)
  if (address !== undefined) await limiter.count(request, 'addresses-asked')
  const realms = address === undefined ? [] : await findRealms(ports, address)
  const [realm, ...others] = realms
  if (!realm) return sendPage(reply, 200, askAddressPage(textsOf(request), uid), [redirectOrigin])
  if (others.length === 0) return redirectToMicrosoft(ports, request, reply, { attempt, realm, chooseAnother: false })
  return sendPage(
    reply,
    200,
    chooseRealmPage(
      textsOf(request),
      uid,
      address ?? '',
      realms.map(({ account }) => account),
    ),
    [redirectOrigin],
  )
}

async function leadToNamedTenant(
  ports: Needed,
  request: FastifyRequest,
  reply: FastifyReply,
  attempt: Attempt,
  slug: string,
) {
  const { uid, redirectOrigin } = attempt
  const found = await findNamedTenant(ports, slug)
  const [only, ...others] = found?.accounts ?? []
  const links = { uid, tenant: undefined, details: technicalDetails(request, 'not-set-up') }
  if (!found || !only) return sendPage(reply, 403, notSetUpPage(textsOf(request), links), [redirectOrigin])
  if (others.length > 0)
    return sendPage(reply, 200, accountPickerPage(textsOf(request), found.accounts, links), [redirectOrigin])
  return redirectToMicrosoft(ports, request, reply, {
    attempt,
    realm: { ...found, account: only },
    chooseAnother: false,
  })
}
