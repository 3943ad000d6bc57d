import type { Revocation } from '@jackfield/contract/internal/revocation'
import { isLoginRevoked } from '../domain/sign-in/admission.ts'
import type { Ports, Revocations } from '../ports.ts'
import { endSessions, pagesOfPerson } from '../sessions/person-sessions.ts'
import { auditSessionsEnded } from '../sessions/session-audit.ts'

type Needs = Pick<Ports, 'registry' | 'personSessions' | 'providers' | 'records'> & { revocations: Revocations }

const AT_ONCE = 100

/**
 * Ends sessions that the roster has revoked, of browsers, devices and apps, and queues logout notices for their apps
 * (S45). They are invalid from the roster's commit on; this removes them. Failed revocations are claimed again. Returns
 * how many there were.
 */
export async function endRevokedSessions(ports: Needs, onFailure: (error: unknown) => void): Promise<number> {
  let ended = 0
  for (let found = AT_ONCE; found === AT_ONCE; ended += found) found = await endSome(ports, onFailure)
  return ended
}

async function endSome(ports: Needs, onFailure: (error: unknown) => void): Promise<number> {
  const revoked = await ports.revocations.claim(AT_ONCE)
  if (revoked.length === 0) return 0
  const outcomes = await Promise.allSettled(revoked.map((each) => endSessionsOf(ports, each)))
  for (const outcome of outcomes) if (outcome.status === 'rejected') onFailure(outcome.reason)
  await ports.revocations.done(revoked.filter((_, index) => outcomes[index]?.status === 'fulfilled'))
  return revoked.length
}

/** A host that fails keeps the revocation for another attempt, and all other sessions end. */
async function endSessionsOf(ports: Needs, { tenantId, userId, validAfter }: Revocation): Promise<void> {
  const failures: unknown[] = []
  for await (const page of pagesOfPerson(ports, { tenantId, userId })) {
    const meant = page.filter(({ loginAt }) => isLoginRevoked({ sessionsValidAfter: validAfter }, loginAt))
    const devices = meant.filter(({ kind }) => kind === 'device')
    await auditSessionsEnded(ports, devices, { actor: 'user-sync-worker', reason: 'sessions-revoked' })
    await endSessions(ports, meant).catch((error: unknown) => failures.push(error))
  }
  if (failures.length > 0) throw failures[0]
}
