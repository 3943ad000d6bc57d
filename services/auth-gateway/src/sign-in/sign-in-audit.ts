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

/** What people and the audit log are told of an identity that Microsoft did not give: the code on the page, the reason in the log. */
export function causeOf(failure: MicrosoftFailure): { code: string; reason: string; correlationId: string | undefined } {
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

/** One line in the tenant's audit log. The registry's client waits 2 s at most; a failure is logged and stops nobody. */
export async function auditSignIn({ registry }: Pick<Ports, 'registry'>, request: FastifyRequest, tenantId: string, event: SignInEvent) {
  const { identity, userId } = event
  try {
    await registry.recordAuditEvent({
      tenantId,
      actor: userId ? `phone-user:${userId}` : identity ? `microsoft:${identity.directoryId}/${identity.objectId}` : 'unknown',
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

/** The person ended their own sessions elsewhere. They are over already: a failure is logged and changes nothing. */
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

/** An administrator's sign-in to Control with Microsoft, with how Microsoft authenticated them where it says so. */
export async function auditControlSignIn({ registry }: Pick<Ports, 'registry'>, request: FastifyRequest, event: ControlSignInEvent) {
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
        ...(identity ? { directoryId: identity.directoryId, objectId: identity.objectId, amr: identity.amr.join(' ') } : {}),
        ...(administrator ? { scope: administrator.scope, role: administrator.role, displayName: administrator.displayName } : {}),
      },
    })
  } catch (error) {
    request.log.error({ err: error, reason }, 'audit event of a sign-in to Control was not recorded')
  }
}
