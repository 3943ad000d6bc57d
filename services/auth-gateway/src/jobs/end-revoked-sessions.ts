import type { Revocation } from '@jackfield/contract/revocation'
import { accountIdOf } from '../domain/sign-in/account-id.ts'
import { isLoginRevoked } from '../domain/sign-in/admission.ts'
import type { Ports, Revocations } from '../ports.ts'
import { findSignInSite } from '../sites/site-plugin.ts'

type Needs = Pick<Ports, 'registry' | 'personHosts' | 'providers'> & { revocations: Revocations }

const AT_ONCE = 100

/**
 * Ends the sessions of people whom the roster lets in no more, and has their apps told (S45). Such a session is worth nothing from the
 * roster's commit on; this is what removes it and what the apps hear of it. What fails here is handed out again. Answers how many there were.
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

async function endSessionsOf({ registry, personHosts, providers }: Needs, { tenantId, userId, validAfter }: Revocation): Promise<void> {
  for (const host of await personHosts.find({ tenantId, userId })) {
    const site = await findSignInSite(registry, host)
    // A host that is gone, or another tenant's now, has nobody signed in.
    if (!site || (site.kind === 'tenant' && site.tenant.id !== tenantId)) continue
    const provider = await providers(site)
    const accountId = accountIdOf(site, { tenantId, userId })
    for (const { uid, loginAt } of await provider.listSessions(accountId)) {
      if (isLoginRevoked({ sessionsValidAfter: validAfter }, loginAt)) await provider.endSession(accountId, uid)
    }
  }
}
