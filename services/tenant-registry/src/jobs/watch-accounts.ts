import type { FastifyBaseLogger } from 'fastify'
import { v7 } from 'uuid'
import type { Asker } from '../connection-test/asker.ts'
import { checkConnection } from '../connection-test/connection-check.ts'
import { daysLeft, thresholdOf } from '../domain/account-warnings.ts'
import type { Ports } from '../ports.ts'

const AT_ONCE = 5
/** Interval of the scheduled test of every enabled account. */
export const CHECK_EVERY_SECONDS = 24 * 3600

/**
 * Tests accounts that are due, so that lost consent or a deleted secret is noticed before a sign-in fails. Returns
 * their number.
 */
export async function checkDueAccounts(ports: Ports, log: FastifyBaseLogger): Promise<number> {
  const due = await ports.watch.claimDue(ports.now(), CHECK_EVERY_SECONDS, AT_ONCE)
  for (const { tenantId, accountId } of due) {
    const [tenant, account] = await Promise.all([
      ports.tenants.find(tenantId),
      ports.accounts.find(tenantId, accountId),
    ])
    if (!tenant || !account) continue
    const asker: Asker = { caller: { sub: 'tenant-registry' }, id: v7(), log, isScheduled: true }
    // An account that cannot be tested, for example because its credential is unreadable, does not hold up the others.
    await checkConnection(ports, asker, tenant, account).catch((error: unknown) =>
      log.warn({ err: error, accountId }, 'account not tested'),
    )
  }
  return due.length
}

/**
 * Writes one audit event for each threshold before a credential expires, also across restarts and replicas. Returns
 * their number.
 */
export async function announceExpiries({ watch, now }: Pick<Ports, 'watch' | 'now'>): Promise<number> {
  let announced = 0
  for (const { tenantId, accountId, credentialId, alias, type, expiresAt } of await watch.expiring(now())) {
    const days = daysLeft(expiresAt, now())
    const threshold = thresholdOf(days)
    if (threshold === undefined) continue
    const isNew = await watch.announce(
      { tenantId, credentialId, threshold },
      {
        action: threshold === 0 ? 'microsoft-account.credential-expired' : 'microsoft-account.credential-expiring',
        actor: 'tenant-registry',
        outcome: 'success',
        tenantId,
        target: accountId,
        requestId: v7(),
        details: { alias, type, expiresAt, daysLeft: String(days) },
      },
    )
    if (isNew) announced += 1
  }
  return announced
}
