import type { PersonSession } from '../domain/person-session.ts'
import type { Ports } from '../ports.ts'

/** Who ends sessions, and on whose request; `reason` unless the actor decides. */
type Cause = { actor: string; requestId?: string; reason?: string }

/**
 * Records that sessions of one person end: each device by itself (T-136), the others as one event. Call it first: no
 * session ends without its event.
 */
export async function auditSessionsEnded(
  { records }: Pick<Ports, 'records'>,
  sessions: readonly PersonSession[],
  { actor, requestId, reason }: Cause,
): Promise<void> {
  const why: Record<string, string> = reason ? { reason } : {}
  const event = { actor, outcome: 'success' as const, requestId: requestId ?? null }
  for (const { id, kind, tenantId, userId, clientId } of sessions) {
    if (kind !== 'device') continue
    const details = { ...why, userId, sessionId: id }
    await records.audit({ ...event, tenantId, action: 'device.removed', target: `app:${clientId}`, details })
  }
  const others = sessions.filter(({ kind }) => kind !== 'device')
  const [first] = others
  if (!first) return
  const target = `phone-user:${first.userId}`
  const details = { ...why, sessions: String(others.length) }
  await records.audit({ ...event, tenantId: first.tenantId, action: 'session.end', target, details })
}
