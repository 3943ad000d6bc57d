import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { INTERACTION } from '../../domain/session-limits.ts'
import { namespaceOf, shownName } from '../../domain/site.ts'
import { refuse } from '../../errors.ts'
import { sendPage, textsOf } from '../../http/page-plugin.ts'
import { chooseTenantPage } from '../../pages/home-realm-pages.ts'
import type { Attempt, Ports } from '../../ports.ts'
import { readBrowser } from '../../sessions/browser-cookie.ts'
import { AttemptParams } from '../../sign-in/attempt-params.ts'
import { findAdmittingRealms } from '../../sign-in/home-realm.ts'
import { findProven, IDENTITY, type Proven } from '../../sign-in/proven-identity.ts'
import { onSharedSite, signInSite } from '../../sites/site-plugin.ts'
import { redirectToMicrosoft } from './start-microsoft-sign-in.ts'

const schema = { params: AttemptParams.extend({ tenantId: z.uuid() }) }
type Needed = Ports & { baseUrl: string }

/**
 * On a shared host with several tenants of one directory: takes the person's choice, after Microsoft has identified
 * them.
 */
export const chooseTenant: FastifyPluginAsync<Needed> = async (app, ports) => {
  app.addHook('onRequest', onSharedSite)
  app.get<{ Params: z.infer<typeof schema.params> }>(
    '/auth/interaction/:uid/tenant/:tenantId',
    { schema, exposeHeadRoute: false },
    async (request, reply) => {
      const site = signInSite(request)
      const provider = await ports.providers(site)
      const attempt = await provider.findAttempt(request.raw, reply.raw, readBrowser(request))
      const proven = attempt?.uid === request.params.uid ? await findProven(ports, site, attempt.uid) : undefined
      request.uiLocales ??= attempt?.uiLocales
      if (!attempt || !proven) throw refuse('sign-in-not-found')
      const realm = (await realmsOf(ports, attempt, proven)).find(({ tenant }) => tenant.id === request.params.tenantId)
      if (!realm) throw refuse('account-not-found')
      if (realm.tenant.id !== proven.tenantId) return goTo(ports, request, reply, attempt, realm, true)
      const payload = { ...proven, isTenantChosen: true }
      await ports.records(namespaceOf(site)).save({ kind: IDENTITY, id: attempt.uid, payload, ttl: INTERACTION })
      return reply.header('cache-control', 'no-store').redirect(`/auth/interaction/${attempt.uid}`, 303)
    },
  )
}

type Answer = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> | FastifyReply

/**
 * The response to send before the person is admitted: the choice of tenant, or the redirect to the only tenant that
 * admits them. Undefined when that is the login's own tenant, or none. A function, because awaiting a reply sends it.
 */
export async function findDetour(ports: Needed, attempt: Attempt, proven: Proven): Promise<Answer | undefined> {
  if (proven.isTenantChosen) return undefined
  const realms = await realmsOf(ports, attempt, proven)
  const [only, ...others] = realms
  if (others.length > 0) {
    const tenants = realms.map((realm) => ({ id: realm.tenant.id, name: shownName(realm) }))
    return (request, reply) =>
      sendPage(reply, 200, chooseTenantPage(textsOf(request), attempt.uid, tenants), [attempt.redirectOrigin])
  }
  if (!only || only.tenant.id === proven.tenantId) return undefined
  return (request, reply) => goTo(ports, request, reply, attempt, only, false)
}

async function realmsOf(ports: Ports, { clientId }: Attempt, proven: Proven) {
  const app = (await ports.registry.listApps()).find((each) => each.clientId === clientId)
  return app ? findAdmittingRealms(ports, proven, app) : []
}

/**
 * Begins a login for another tenant, whose registration at Microsoft has its own conditions; Microsoft answers without
 * asking the person again.
 */
function goTo(
  ports: Needed,
  request: FastifyRequest,
  reply: FastifyReply,
  attempt: Attempt,
  { loginHint, ...realm }: Awaited<ReturnType<typeof findAdmittingRealms>>[number],
  isTenantChosen: boolean,
) {
  return redirectToMicrosoft(ports, request, reply, {
    attempt,
    realm,
    loginHint,
    isTenantChosen,
    chooseAnother: false,
    isSecondTrip: true,
  })
}
