import type { Revocation } from '@jackfield/contract/internal/revocation'
import { accountIdOf } from '../domain/sign-in/account-id.ts'
import { isLoginRevoked } from '../domain/sign-in/admission.ts'
import type { Ports, Revocations } from '../ports.ts'
import { findSignInSite } from '../sites/site-plugin.ts'

type Needs = Pick<Ports, 'registry' | 'personHosts' | 'providers'> & { revocations: Revocations }

const AT_ONCE = 100

/**
 * Ends sessions that the roster has revoked and queues logout notices for their apps (S45). They are invalid from the
 * roster's commit on; this removes them. Failed revocations are claimed again. Returns how many there were.
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

async function endSessionsOf(
  { registry, personHosts, providers }: Needs,
  { tenantId, userId, validAfter }: Revocation,
): Promise<void> {
  for (const host of await personHosts.find({ tenantId, userId })) {
    const site = await findSignInSite(registry, host)
    // A host that no longer exists, or now belongs to another tenant, has no sessions of this person.
    if (!site || (site.kind === 'tenant' && site.tenant.id !== tenantId)) continue
    const provider = await providers(site)
    const accountId = accountIdOf(site, { tenantId, userId })
    for (const { uid, loginAt } of await provider.listSessions(accountId)) {
      if (isLoginRevoked({ sessionsValidAfter: validAfter }, loginAt)) await provider.endSession(accountId, uid)
    }
  }
}
