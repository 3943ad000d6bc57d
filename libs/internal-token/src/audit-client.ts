import type { SentAuditEvent } from '@jackfield/contract/access/audit-event'
import { z } from 'zod'
import { ServiceCallError, type ServiceClient } from './service-client.ts'

/** Statuses by which nothing gets through now, whatever is sent. */
const AWAY = new Set([0, 429, 502, 503, 504])
/** Statuses that mean a wrong body. */
const REFUSES_BODY = new Set([400, 413, 422])

/** `refused` is final; `failed` is for now, and other events may still be accepted. */
export type AuditAnswer = true | { kind: 'unavailable' } | { kind: 'refused' | 'failed'; reason: string }

/** The registry's audit log. Idempotent by the event's id. */
export function auditClient(registry: ServiceClient) {
  return {
    async recordAuditEvent(event: SentAuditEvent): Promise<AuditAnswer> {
      try {
        const answer = await registry.post('/internal/audit-events', event, z.object({}))
        return answer ? true : { kind: 'failed', reason: 'no such address' }
      } catch (error) {
        if (!(error instanceof ServiceCallError)) throw error
        if (AWAY.has(error.status)) return { kind: 'unavailable' }
        return { kind: REFUSES_BODY.has(error.status) ? 'refused' : 'failed', reason: error.message }
      }
    },
  }
}
