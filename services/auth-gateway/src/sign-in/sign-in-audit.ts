import type { Administrator } from '@jackfield/contract/access/administrator'
import type { FastifyRequest } from 'fastify'
import type { MicrosoftIdentity } from '../domain/sign-in/microsoft-claims.ts'
import type { ControlLogin } from '../domain/sign-in/pending-login.ts'
import type { MicrosoftFailure, Ports } from '../ports.ts'

type Identity = Pick<MicrosoftIdentity, 'directoryId' | 'objectId'>

/** Code for the page and reason for the audit log when Microsoft gave no identity. */
export function causeOf(failure: MicrosoftFailure) {
  const correlationId = 'correlationId' in failure ? failure.correlationId : undefined
  if (failure.kind === 'refused') {
    const code = failure.code ?? failure.error ?? 'refused'
    return { code, reason: code, correlationId }
  }
  const code = 'code' in failure ? failure.code : undefined
  const seconds = failure.kind === 'wrong-clock' ? `${failure.seconds} s behind Microsoft` : undefined
  const why = failure.kind === 'rejected' ? failure.reason : (seconds ?? code)
  return { code: code ?? failure.kind, reason: why ? `${failure.kind}: ${why}` : failure.kind, correlationId }
}

type Recorded = Omit<Parameters<Ports['records']['audit']>[0], 'requestId'>

/** In the unit of work of its cause, so that neither is there without the other (T-137). */
function record({ records }: Ports, request: FastifyRequest, event: Recorded) {
  return records.audit({ ...event, requestId: request.id })
}

const actorOf = (identity: Identity | undefined) =>
  identity ? `microsoft:${identity.directoryId}/${identity.objectId}` : 'unknown'
const idsOf = (identity: Identity | undefined) =>
  identity && { directoryId: identity.directoryId, objectId: identity.objectId }

type SignInEvent = {
  /** Two requests that end one attempt at the same moment record one event. */
  id?: string
  outcome: 'success' | 'refused'
  clientId: string
  reason?: string
  accountId?: string
  userId?: string | undefined
  identity?: Identity | undefined
}

/** Records a sign-in to an app in the tenant's audit log. */
export function auditSignIn(ports: Ports, request: FastifyRequest, tenantId: string, event: SignInEvent) {
  const { id, outcome, clientId, reason, accountId, userId, identity } = event
  return record(ports, request, {
    ...(id && { id }),
    tenantId,
    actor: userId ? `phone-user:${userId}` : actorOf(identity),
    action: 'sign-in',
    outcome,
    target: `app:${clientId}`,
    details: { ...(reason && { reason }), ...(accountId && { microsoftAccountId: accountId }), ...idsOf(identity) },
  })
}

type ControlSignInEvent = {
  outcome: 'success' | 'refused'
  reason?: string
  identity?: MicrosoftIdentity
  administrator?: Administrator
}

/** Records a sign-in to Control, with Microsoft's authentication methods if given. */
export function auditControlSignIn(
  ports: Ports,
  request: FastifyRequest,
  { tenantId, accountId }: ControlLogin,
  { outcome, reason, identity, administrator }: ControlSignInEvent,
) {
  return record(ports, request, {
    tenantId: administrator?.scope === 'platform' ? null : tenantId,
    actor: administrator ? `administrator:${administrator.id}` : actorOf(identity),
    action: 'control.sign-in',
    outcome,
    target: 'control',
    details: {
      ...(reason && { reason }),
      microsoftAccountId: accountId,
      ...(identity && { ...idsOf(identity), amr: identity.amr.join(' ') }),
      ...(administrator && {
        scope: administrator.scope,
        role: administrator.role,
        displayName: administrator.displayName,
      }),
    },
  })
}
