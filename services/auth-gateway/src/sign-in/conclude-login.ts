import type { FastifyReply } from 'fastify'
import { v7 } from 'uuid'
import { decideControlAdmission } from '../domain/sign-in/admission.ts'
import type { MicrosoftIdentity } from '../domain/sign-in/microsoft-claims.ts'
import type { ControlLogin, PendingLogin } from '../domain/sign-in/pending-login.ts'
import { nameOf } from '../domain/site.ts'
import { refuse } from '../errors.ts'
import { sendPage, textsOf } from '../http/page-plugin.ts'
import { controlFailurePage, controlRefusalPage } from '../pages/control-pages.ts'
import { microsoftFailurePage, wrongDirectoryPage } from '../pages/sign-in-pages.ts'
import type { IdentityOutcome, MicrosoftFailure, Ports } from '../ports.ts'
import { endControlSession, startControlSession } from '../sessions/control-session.ts'
import { signInSite } from '../sites/site-plugin.ts'
import { provenIdentities, stopWaiting } from './attempt.ts'
import { findAccount } from './pending-logins.ts'
import { auditControlSignIn, auditSignIn, causeOf } from './sign-in-audit.ts'

/** Ends a login with Microsoft's outcome: continues the attempt or opens Control, or shows why there is no identity. */
export async function concludeLogin(
  ports: Ports,
  reply: FastifyReply,
  login: PendingLogin,
  outcome: IdentityOutcome,
  goOn = (path: string): FastifyReply => reply.redirect(path, 303),
) {
  if (outcome.kind !== 'identity') return showFailure(ports, reply, login, outcome)
  const { identity } = outcome
  if (login.purpose === 'control') {
    const refusal = await enterControl(ports, reply, login, identity)
    if (refusal === undefined) return goOn(login.returnTo)
    const page = controlRefusalPage(textsOf(reply.request), refusal, await controlLinks(ports, reply, login))
    return sendPage(reply, 403, page, { code: refusal })
  }
  const { interaction, tenantId, accountId, isTenantChosen } = login
  const proven = { ...identity, tenantId, accountId, isTenantChosen, auditId: v7() }
  const site = signInSite(reply.request)
  await Promise.all([provenIdentities.save(ports, site, interaction, proven), stopWaiting(ports, site, interaction)])
  return goOn(`/auth/interaction/${interaction}`)
}

/** Begins Control's session if the registry says that the identity is an administrator; otherwise returns why not. */
async function enterControl(ports: Ports, reply: FastifyReply, login: ControlLogin, identity: MicrosoftIdentity) {
  const { request } = reply
  const key = [login.tenantId, identity.directoryId, identity.objectId] as const
  const [known, person] = await Promise.all([
    ports.registry.findAdministratorByIdentity(...key),
    ports.roster.findByIdentity(...key),
  ])
  const admission = decideControlAdmission(known, person)
  if (admission.kind !== 'admitted') {
    await auditControlSignIn(ports, request, login, { outcome: 'refused', reason: admission.kind, identity })
    return admission.kind
  }
  const { administrator } = admission
  await ports.records.asOne(async () => {
    await endControlSession(ports, reply)
    await startControlSession(ports, reply, { administratorId: administrator.id })
    await auditControlSignIn(ports, request, login, { outcome: 'success', identity, administrator })
    return 'done'
  })
  return undefined
}

async function showFailure(ports: Ports, reply: FastifyReply, login: PendingLogin, failure: MicrosoftFailure) {
  const { request } = reply
  const { accountId } = login
  const { code, reason, correlationId } = causeOf(failure)
  request.log[failure.kind === 'cancelled' ? 'info' : 'warn']({ reason, accountId }, 'microsoft gave no identity')
  const texts = textsOf(request)
  if (login.purpose === 'control') {
    await auditControlSignIn(ports, request, login, { outcome: 'refused', reason })
    const { status, page } = controlFailurePage(texts, failure, await controlLinks(ports, reply, login))
    return sendPage(reply, status, page, { code, correlationId })
  }
  const { clientId, tenantId, returnOrigin: formTarget, interaction: uid } = login
  await auditSignIn(ports, request, tenantId, { outcome: 'refused', reason, clientId, accountId })
  if (failure.kind !== 'wrong-directory') {
    const { status, page } = microsoftFailurePage(texts, failure, uid)
    return sendPage(reply, status, page, { formTarget, code, correlationId })
  }
  const { account } = await findAccount(ports, request, login)
  const names = { tenant: nameOf(request.site), alias: account?.alias ?? 'Microsoft 365' }
  return sendPage(reply, 403, wrongDirectoryPage(texts, { uid, accountId, ...names }), { formTarget, code })
}

async function controlLinks(ports: Ports, { request }: FastifyReply, login: ControlLogin) {
  const { tenant, account } = await findAccount(ports, request, login)
  if (!tenant) throw refuse('account-not-found')
  return { tenant, alias: account?.alias ?? 'Microsoft 365' }
}
