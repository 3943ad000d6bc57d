import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { readBrowser } from '../browser-cookie.ts'
import { type Admission, decideAdmission } from '../domain/admission.ts'
import { namespaceOf, shownName, type TenantSite } from '../domain/site.ts'
import { refuse } from '../errors.ts'
import { sendPage, technicalDetails, textsOf } from '../page-plugin.ts'
import { accountPickerPage, notSetUpPage, refusalPage } from '../pages/sign-in-pages.ts'
import type { Attempt, Ports } from '../ports.ts'
import { auditSignIn } from '../sign-in-audit.ts'
import { tenantSite } from '../site-plugin.ts'
import { redirectToMicrosoft } from './start-microsoft-sign-in.ts'

export const AttemptParams = z.object({ uid: z.string().regex(/^[\w-]{1,64}$/) })
export const IDENTITY = 'MicrosoftIdentity'
const AUDITED = 'AuditedRefusal'

const Proven = z.object({
  directoryId: z.string(),
  objectId: z.string(),
  amr: z.array(z.string()),
  accountId: z.string(),
  sid: z.string().optional(),
})
type Proven = z.infer<typeof Proven>

/**
 * Where an authorization request waits for the person. Without a proven identity it leads to Microsoft; with one, or with a
 * session, the roster decides. Loading the page again asks the roster again: after a binding the next click works.
 */
export const continueSignIn: FastifyPluginAsync<Ports & { baseUrl: string }> = async (app, ports) => {
  app.get<{ Params: z.infer<typeof AttemptParams> }>(
    '/auth/interaction/:uid',
    { schema: { params: AttemptParams }, exposeHeadRoute: false },
    async (request, reply) => {
      const site = tenantSite(request)
      const provider = await ports.providers(site)
      const attempt = await provider.findAttempt(request.raw, reply.raw, readBrowser(request))
      if (!attempt || attempt.uid !== request.params.uid) throw refuse('sign-in-not-found')
      request.uiLocales ??= attempt.uiLocales
      const finish = async (result: Parameters<typeof provider.endAttempt>[3]) =>
        reply.redirect(await provider.endAttempt(request.raw, reply.raw, attempt, result), 303)

      if (attempt.prompt === 'consent') return finish({ kind: 'resolved' })
      const proven = await findProven(ports, site, attempt.uid)
      if (!proven && attempt.prompt !== 'admission') return leadToMicrosoft(ports, request, reply, attempt)

      const admission = await admit(ports, site, attempt, proven)
      if (admission.kind !== 'admitted') return showRefusal(ports, request, reply, attempt, proven, admission.kind)
      if (!proven) return finish({ kind: 'resolved' })
      await ports.artefacts(namespaceOf(site)).remove(IDENTITY, attempt.uid)
      const location = await finish({ kind: 'signed-in', accountId: admission.person.id, amr: proven.amr, microsoftSid: proven.sid })
      const { clientId } = attempt
      void auditSignIn(ports, request, site, { outcome: 'success', clientId, userId: admission.person.id, identity: proven })
      return location
    },
  )
}

async function findProven({ artefacts }: Ports, site: TenantSite, uid: string): Promise<Proven | undefined> {
  const found = await artefacts(namespaceOf(site)).find(IDENTITY, uid)
  return found && Proven.parse(found.payload)
}

async function admit(ports: Ports, site: TenantSite, attempt: Attempt, proven: Proven | undefined): Promise<Admission> {
  const [person, apps] = await Promise.all([
    proven
      ? ports.roster.findByIdentity(site.tenant.id, proven.directoryId, proven.objectId)
      : ports.roster.findById(site.tenant.id, attempt.accountId ?? ''),
    ports.registry.listApps(),
  ])
  const app = apps.find(({ clientId }) => clientId === attempt.clientId)
  if (!app) throw refuse('sign-in-not-found')
  return decideAdmission(person, app)
}

function leadToMicrosoft(ports: Ports & { baseUrl: string }, request: FastifyRequest, reply: FastifyReply, attempt: Attempt) {
  const site = tenantSite(request)
  const { accounts } = site
  const [only, ...others] = accounts
  const links = { uid: attempt.uid, tenant: shownName(site), details: technicalDetails(request, 'not-set-up') }
  const texts = textsOf(request)
  if (!only) return sendPage(reply, 403, notSetUpPage(texts, links), [attempt.redirectOrigin])
  if (others.length > 0 || attempt.isOfForm)
    return sendPage(reply, 200, accountPickerPage(texts, accounts, links), [attempt.redirectOrigin])
  return redirectToMicrosoft(ports, request, reply, { attempt, account: only, chooseAnother: false })
}

async function showRefusal(
  ports: Ports,
  request: FastifyRequest,
  reply: FastifyReply,
  attempt: Attempt,
  proven: Proven | undefined,
  reason: Exclude<Admission['kind'], 'admitted'>,
) {
  const site = tenantSite(request)
  const space = ports.artefacts(namespaceOf(site))
  const { uid, clientId, accountId: userId } = attempt
  // One event for each refusal, not for each look at its page.
  if ((await space.find(AUDITED, uid))?.payload.reason !== reason) {
    await space.save({ kind: AUDITED, id: uid, payload: { reason }, ttl: 3_600 })
    await auditSignIn(ports, request, site, { outcome: 'refused', reason, clientId, userId: proven ? undefined : userId, identity: proven })
  }
  const links = { uid, tenant: shownName(site), details: technicalDetails(request, reason) }
  return sendPage(reply, 403, refusalPage(textsOf(request), reason, links, proven?.accountId), [attempt.redirectOrigin])
}
