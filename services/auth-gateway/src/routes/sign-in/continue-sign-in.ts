import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import { accountIdOf, readAccountId } from '../../domain/sign-in/account-id.ts'
import { decideAdmission, type Refusal } from '../../domain/sign-in/admission.ts'
import { findTenantOf } from '../../domain/site.ts'
import { refuse } from '../../errors.ts'
import { sendPage, textsOf } from '../../http/page-plugin.ts'
import { refusalPage } from '../../pages/sign-in-pages.ts'
import type { Attempt, Parts, Ports } from '../../ports.ts'
import { AttemptParams, auditedRefusals, findAttempt, type Proven, provenIdentities } from '../../sign-in/attempt.ts'
import { findDetour, leadToMicrosoft } from '../../sign-in/home-realm.ts'
import { auditSignIn } from '../../sign-in/sign-in-audit.ts'
import { signInSite } from '../../sites/site-plugin.ts'

/**
 * The page of an attempt. Without a proven identity it redirects to Microsoft; with one, or with a session, the roster
 * decides. Reloading asks the roster again, so that a new binding takes effect.
 */
export const continueSignIn: FastifyPluginAsync<Parts> = async (app, ports) => {
  app.get('/auth/interaction/:uid', { schema: { params: AttemptParams } }, async (request, reply) => {
    const { site, attempt, end } = await findAttempt(ports, reply)
    const { uid, clientId } = attempt
    if (attempt.prompt === 'consent') return end({ kind: 'resolved' })
    const proven = await provenIdentities.find(ports, site, uid)
    if (!proven && attempt.prompt !== 'admission') return leadToMicrosoft(ports, reply, attempt, site)
    const detour = proven && site.kind === 'shared' ? await findDetour(ports, attempt, proven) : undefined
    if (detour) return detour(reply)

    const known = readAccountId(site, attempt.accountId ?? '')
    const tenantId = proven?.tenantId ?? known?.tenantId ?? ''
    if (!(await findTenantOf(ports.registry, site, tenantId))) throw refuse('account-not-found')
    const admission = await admit(ports, tenantId, attempt, proven ?? known?.userId ?? '')
    if (admission.kind !== 'admitted') {
      const by = proven ? { identity: proven } : { userId: known?.userId }
      return showRefusal(ports, reply, attempt, { tenantId, reason: admission.kind, ...by })
    }
    if (!proven) return end({ kind: 'resolved' })
    const userId = admission.person.id
    const accountId = accountIdOf(site, { tenantId, userId })
    const { amr, sid: microsoftSid, auditId: id } = proven
    return end({ kind: 'signed-in', accountId, amr, microsoftSid }, async () => {
      await provenIdentities.remove(ports, site, uid)
      await auditSignIn(ports, request, tenantId, { id, outcome: 'success', clientId, userId, identity: proven })
    })
  })
}

async function admit({ roster, registry }: Ports, tenantId: string, { clientId }: Attempt, by: Proven | string) {
  const [person, apps] = await Promise.all([
    typeof by === 'string'
      ? roster.findById(tenantId, by)
      : roster.findByIdentity(tenantId, by.directoryId, by.objectId),
    registry.listApps(),
  ])
  const app = apps.find((each) => each.clientId === clientId)
  if (!app) throw refuse('sign-in-not-found')
  return decideAdmission(person, app)
}

type Refused = { tenantId: string; reason: Refusal; identity?: Proven; userId?: string | undefined }

async function showRefusal(
  ports: Ports,
  reply: FastifyReply,
  { uid, clientId, redirectOrigin }: Attempt,
  { tenantId, reason, identity, userId }: Refused,
) {
  const { request } = reply
  const site = signInSite(request)
  if ((await auditedRefusals.find(ports, site, uid))?.reason !== reason) {
    await ports.records.asOne(async () => {
      await auditedRefusals.save(ports, site, uid, { reason })
      await auditSignIn(ports, request, tenantId, { outcome: 'refused', reason, clientId, userId, identity })
      return 'done'
    })
  }
  const page = refusalPage(textsOf(request), reason, uid, identity?.accountId)
  return sendPage(reply, 403, page, { formTarget: redirectOrigin, code: reason })
}
