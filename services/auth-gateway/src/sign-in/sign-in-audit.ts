import type { Administrator } from '@jackfield/contract/administrator'
import type { FastifyRequest } from 'fastify'
import type { MicrosoftIdentity } from '../domain/sign-in/microsoft-claims.ts'
import type { MicrosoftFailure, Ports } from '../ports.ts'

type SignInEvent = {
  outcome: 'success' | 'refused'
  clientId: string
  reason?: string
  accountId?: string
  userId?: string | undefined
  identity?: Pick<MicrosoftIdentity, 'directoryId' | 'objectId'> | undefined
}

/** Code for the page and reason for the audit log when Microsoft gave no identity. */
export function causeOf(failure: MicrosoftFailure): {
  code: string
  reason: string
  correlationId: string | undefined
} {
  switch (failure.kind) {
    case 'cancelled': {
      const { code, correlationId } = failure
      return { code: code ?? 'cancelled', reason: code ? `cancelled: ${code}` : 'cancelled', correlationId }
    }
    case 'refused': {
      const code = failure.code ?? failure.error ?? 'refused'
      return { code, reason: code, correlationId: failure.correlationId }
    }
    case 'rejected':
      return { code: 'rejected', reason: `rejected: ${failure.reason}`, correlationId: undefined }
    default:
      return { code: failure.kind, reason: failure.kind, correlationId: undefined }
  }
}

/**
 * Records a sign-in in the tenant's audit log. Waits 2 s at most; a failure is logged and does not stop the sign-in.
 */
export async function auditSignIn(
  { registry }: Pick<Ports, 'registry'>,
  request: FastifyRequest,
  tenantId: string,
  event: SignInEvent,
) {
  const { identity, userId } = event
  try {
    await registry.recordAuditEvent({
      tenantId,
      actor: userId
        ? `phone-user:${userId}`
        : identity
          ? `microsoft:${identity.directoryId}/${identity.objectId}`
          : 'unknown',
      action: 'sign-in',
      outcome: event.outcome,
      target: `app:${event.clientId}`,
      requestId: request.id,
      details: {
        ...(event.reason === undefined ? {} : { reason: event.reason }),
        ...(event.accountId === undefined ? {} : { microsoftAccountId: event.accountId }),
        ...(identity ? { directoryId: identity.directoryId, objectId: identity.objectId } : {}),
      },
    })
  } catch (error) {
    request.log.error({ err: error, reason: event.reason }, 'audit event of a sign-in was not recorded')
  }
}

/** Records that a person ended their own other sessions. They have ended already: a failure is only logged. */
export async function auditSessionsEnded(
  { registry }: Pick<Ports, 'registry'>,
  request: FastifyRequest,
  tenantId: string,
  userId: string,
  count: number,
) {
  try {
    await registry.recordAuditEvent({
      tenantId,
      actor: `phone-user:${userId}`,
      action: 'session.end',
      outcome: 'success',
      target: `phone-user:${userId}`,
      requestId: request.id,
      details: { sessions: String(count) },
    })
  } catch (error) {
    request.log.error({ err: error }, 'audit event of ended sessions was not recorded')
  }
}

type ControlSignInEvent = {
  outcome: 'success' | 'refused'
  tenantId: string
  accountId: string
  reason?: string
  identity?: MicrosoftIdentity
  administrator?: Administrator
}

/** Records a sign-in to Control, with Microsoft's authentication methods if given. */
export async function auditControlSignIn(
  { registry }: Pick<Ports, 'registry'>,
  request: FastifyRequest,
  event: ControlSignInEvent,
) {
  const { identity, administrator, reason } = event
  const stranger = identity ? `microsoft:${identity.directoryId}/${identity.objectId}` : 'unknown'
  try {
    await registry.recordAuditEvent({
      tenantId: administrator?.scope === 'platform' ? null : event.tenantId,
      actor: administrator ? `administrator:${administrator.id}` : stranger,
      action: 'control.sign-in',
      outcome: event.outcome,
      target: 'control',
      requestId: request.id,
      details: {
        ...(reason === undefined ? {} : { reason }),
        microsoftAccountId: event.accountId,
        ...(identity
          ? { directoryId: identity.directoryId, objectId: identity.objectId, amr: identity.amr.join(' ') }
          : {}),
        ...(administrator
          ? { scope: administrator.scope, role: administrator.role, displayName: administrator.displayName }
          : {}),
      },
    })
  } catch (error) {
    request.log.error({ err: error, reason }, 'audit event of a sign-in to Control was not recorded')
  }
}
