import type { FastifyReply, FastifyRequest } from 'fastify'
import { decideControlAdmission } from '../domain/sign-in/admission.ts'
import type { MicrosoftIdentity } from '../domain/sign-in/microsoft-claims.ts'
import type { ControlLogin, PendingLogin } from '../domain/sign-in/pending-login.ts'
import { nameOf } from '../domain/site.ts'
import { refuse } from '../errors.ts'
import { sendPage, technicalDetails, textsOf } from '../http/page-plugin.ts'
import { controlFailurePage, controlRefusalPage } from '../pages/control-pages.ts'
import { microsoftFailurePage, wrongDirectoryPage } from '../pages/sign-in-pages.ts'
import type { IdentityOutcome, MicrosoftFailure, Ports } from '../ports.ts'
import { endControlSession, startControlSession } from '../sessions/control-session.ts'
import { signInSite } from '../sites/site-plugin.ts'
import { provenIdentities } from './attempt.ts'
import { findAccount } from './pending-logins.ts'
import { auditControlSignIn, auditSignIn, causeOf } from './sign-in-audit.ts'

type GoOn = (path: string) => FastifyReply

/** Ends a login with Microsoft's outcome: continues the attempt or opens Control, or shows why there is no identity. */
export async function concludeLogin(
  ports: Ports,
  request: FastifyRequest,
  reply: FastifyReply,
  login: PendingLogin,
  outcome: IdentityOutcome,
  goOn: GoOn = (path) => reply.redirect(path, 303),
) {
  if (outcome.kind !== 'identity') return showFailure(ports, request, reply, login, outcome)
  const { identity } = outcome
  if (login.purpose === 'control') return enterControl(ports, request, reply, login, identity, goOn)
  const { interaction, tenantId, accountId, isTenantChosen } = login
  const proven = { ...identity, tenantId, accountId, isTenantChosen }
  await provenIdentities.save(ports, signInSite(request), interaction, proven)
  return goOn(`/auth/interaction/${interaction}`)
}

/** Begins Control's session if the registry says that the identity is an administrator. */
async function enterControl(
  ports: Ports,
  request: FastifyRequest,
  reply: FastifyReply,
  login: ControlLogin,
  identity: MicrosoftIdentity,
  goOn: GoOn,
) {
  const { tenantId } = login
  const { directoryId, objectId } = identity
  const [known, person] = await Promise.all([
    ports.registry.findAdministratorByIdentity(tenantId, directoryId, objectId),
    ports.roster.findByIdentity(tenantId, directoryId, objectId),
  ])
  const admission = decideControlAdmission(known, person)
  if (admission.kind !== 'admitted') {
    const reason = admission.kind
    await auditControlSignIn(ports, request, login, { outcome: 'refused', reason, identity })
    const links = await controlLinks(ports, request, login, reason)
    return sendPage(reply, 403, controlRefusalPage(textsOf(request), reason, links))
  }
  const { administrator } = admission
  await endControlSession(ports, request, reply)
  await startControlSession(ports, reply, { administratorId: administrator.id })
  await auditControlSignIn(ports, request, login, { outcome: 'success', identity, administrator })
  return goOn(login.returnTo)
}

async function showFailure(
  ports: Ports,
  request: FastifyRequest,
  reply: FastifyReply,
  login: PendingLogin,
  failure: MicrosoftFailure,
) {
  const { accountId } = login
  const { code, reason, correlationId } = causeOf(failure)
  request.log[failure.kind === 'cancelled' ? 'info' : 'warn']({ reason, accountId }, 'microsoft gave no identity')
  const texts = textsOf(request)
  if (login.purpose === 'control') {
    await auditControlSignIn(ports, request, login, { outcome: 'refused', reason })
    const links = await controlLinks(ports, request, login, code, correlationId)
    const { status, page } = controlFailurePage(texts, failure, links)
    return sendPage(reply, status, page)
  }
  const { clientId, tenantId, returnOrigin, interaction: uid } = login
  await auditSignIn(ports, request, tenantId, { outcome: 'refused', reason, clientId, accountId })
  const links = { uid, tenant: nameOf(request.site), details: technicalDetails(request, code, correlationId) }
  if (failure.kind === 'wrong-directory') {
    const { account } = await findAccount(ports, request, login)
    const page = wrongDirectoryPage(texts, account?.alias ?? 'Microsoft 365', accountId, links)
    return sendPage(reply, 403, page, [returnOrigin])
  }
  const { status, page } = microsoftFailurePage(texts, failure, links)
  return sendPage(reply, status, page, [returnOrigin])
}

async function controlLinks(
  ports: Ports,
  request: FastifyRequest,
  login: ControlLogin,
  code: string,
  correlationId?: string,
) {
  const { tenant, account } = await findAccount(ports, request, login)
  if (!tenant) throw refuse('account-not-found')
  const details = technicalDetails(request, code, correlationId)
  return { tenant, alias: account?.alias ?? 'Microsoft 365', details }
}
