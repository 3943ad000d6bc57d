import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { accountIdOf, readAccountId } from '../../domain/sign-in/account-id.ts'
import { type Admission, decideAdmission } from '../../domain/sign-in/admission.ts'
import { nameOf, namespaceOf, shownName, type TenantSite } from '../../domain/site.ts'
import { findTenantOf } from '../../domain/tenant-of-site.ts'
import { refuse } from '../../errors.ts'
import { sendPage, technicalDetails, textsOf } from '../../http/page-plugin.ts'
import { accountPickerPage, notSetUpPage, refusalPage } from '../../pages/sign-in-pages.ts'
import type { Attempt, Ports } from '../../ports.ts'
import { readBrowser } from '../../sessions/browser-cookie.ts'
import { AttemptParams } from '../../sign-in/attempt-params.ts'
import { findProven, IDENTITY, type Proven } from '../../sign-in/proven-identity.ts'
import { auditSignIn } from '../../sign-in/sign-in-audit.ts'
import { signInSite } from '../../sites/site-plugin.ts'
import { leadToRealm } from './ask-work-address.ts'
import { findDetour } from './choose-tenant.ts'
import { redirectToMicrosoft } from './start-microsoft-sign-in.ts'

const AUDITED = 'AuditedRefusal'

/**
 * The page of an attempt. Without a proven identity it redirects to Microsoft; with one, or with a session, the roster
 * decides. Reloading asks the roster again, so that a new binding takes effect.
 */
export const continueSignIn: FastifyPluginAsync<Ports & { baseUrl: string }> = async (app, ports) => {
  app.get<{ Params: AttemptParams }>(
    '/auth/interaction/:uid',
    { schema: { params: AttemptParams }, exposeHeadRoute: false },
    async (request, reply) => {
      const site = signInSite(request)
      const provider = await ports.providers(site)
      const attempt = await provider.findAttempt(request.raw, reply.raw, readBrowser(request))
      if (!attempt || attempt.uid !== request.params.uid) throw refuse('sign-in-not-found')
      request.uiLocales ??= attempt.uiLocales
      const finish = async (result: Parameters<typeof provider.endAttempt>[3]) =>
        reply.redirect(await provider.endAttempt(request.raw, reply.raw, attempt, result), 303)

      if (attempt.prompt === 'consent') return finish({ kind: 'resolved' })
      const proven = await findProven(ports, site, attempt.uid)
      if (!proven && attempt.prompt !== 'admission') {
        if (site.kind === 'shared') return leadToRealm(ports, app.rateLimiter, request, reply, attempt)
        return leadToMicrosoft(ports, request, reply, attempt, site)
      }
      const detour = proven && site.kind === 'shared' ? await findDetour(ports, attempt, proven) : undefined
      if (detour) return detour(request, reply)

      const known = readAccountId(site, attempt.accountId ?? '')
      const tenantId = proven?.tenantId ?? known?.tenantId ?? ''
      if (!(await findTenantOf(ports.registry, site, tenantId))) throw refuse('account-not-found')
      const admission = await admit(ports, tenantId, attempt, proven, known?.userId)
      if (admission.kind !== 'admitted')
        return showRefusal(ports, request, reply, attempt, proven, tenantId, known?.userId, admission.kind)
      if (!proven) return finish({ kind: 'resolved' })
      await ports.records(namespaceOf(site)).remove(IDENTITY, attempt.uid)
      const userId = admission.person.id
      const accountId = accountIdOf(site, { tenantId, userId })
      const location = await finish({ kind: 'signed-in', accountId, amr: proven.amr, microsoftSid: proven.sid })
      const { clientId } = attempt
      void auditSignIn(ports, request, tenantId, { outcome: 'success', clientId, userId, identity: proven })
      return location
    },
  )
}

async function admit(
  ports: Ports,
  tenantId: string,
  attempt: Attempt,
  proven: Proven | undefined,
  userId?: string,
): Promise<Admission> {
  const [person, apps] = await Promise.all([
    proven
      ? ports.roster.findByIdentity(tenantId, proven.directoryId, proven.objectId)
      : ports.roster.findById(tenantId, userId ?? ''),
    ports.registry.listApps(),
  ])
  const app = apps.find(({ clientId }) => clientId === attempt.clientId)
  if (!app) throw refuse('sign-in-not-found')
  return decideAdmission(person, app)
}

function leadToMicrosoft(
  ports: Ports & { baseUrl: string },
  request: FastifyRequest,
  reply: FastifyReply,
  attempt: Attempt,
  site: TenantSite,
) {
  const { tenant, branding, accounts } = site
  const [only, ...others] = accounts
  const links = { uid: attempt.uid, tenant: shownName(site), details: technicalDetails(request, 'not-set-up') }
  const texts = textsOf(request)
  if (!only) return sendPage(reply, 403, notSetUpPage(texts, links), [attempt.redirectOrigin])
  if (others.length > 0 || attempt.isOfForm)
    return sendPage(reply, 200, accountPickerPage(texts, accounts, links), [attempt.redirectOrigin])
  return redirectToMicrosoft(ports, request, reply, {
    attempt,
    realm: { tenant, branding, account: only },
    chooseAnother: false,
  })
}

async function showRefusal(
  ports: Ports,
  request: FastifyRequest,
  reply: FastifyReply,
  attempt: Attempt,
  proven: Proven | undefined,
  tenantId: string,
  userId: string | undefined,
  reason: Exclude<Admission['kind'], 'admitted'>,
) {
  const site = signInSite(request)
  const space = ports.records(namespaceOf(site))
  const { uid, clientId } = attempt
  // One event per refusal, not per view of its page.
  if ((await space.find(AUDITED, uid))?.payload.reason !== reason) {
    await space.save({ kind: AUDITED, id: uid, payload: { reason }, ttl: 3_600 })
    await auditSignIn(ports, request, tenantId, {
      outcome: 'refused',
      reason,
      clientId,
      userId: proven ? undefined : userId,
      identity: proven,
    })
  }
  const links = { uid, tenant: nameOf(site), details: technicalDetails(request, reason) }
  return sendPage(reply, 403, refusalPage(textsOf(request), reason, links, proven?.accountId), [attempt.redirectOrigin])
}
