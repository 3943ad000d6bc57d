import { type FairSender, fairSender } from '@jackfield/http-server/fair-sender'
import { fairSlots } from '@jackfield/http-server/fair-slots'
import { isLostStore } from '@jackfield/problem/lost-store'
import type { FastifyBaseLogger } from 'fastify'
import { v7 } from 'uuid'
import type { Asker } from '../connection-test/asker.ts'
import { checkConnection } from '../connection-test/connection-check.ts'
import { daysLeft, thresholdOf } from '../domain/account-warnings.ts'
import type { Ports } from '../ports.ts'

const AT_ONCE = 10
const MOST = { tenant: 2 }
/** Interval of the scheduled test of every enabled account. */
export const CHECK_EVERY_SECONDS = 24 * 3600

/**
 * Tests accounts that are due, so that lost consent or a deleted secret is noticed before a sign-in fails. Tenants have
 * slots of their own: a directory that does not answer delays no other tenant's test (T-130).
 */
export function checkDueAccounts(ports: Ports, log: FastifyBaseLogger): FairSender {
  return fairSender({
    slots: fairSlots(AT_ONCE, MOST),
    listDue: () => ports.watch.listDue(ports.now(), MOST.tenant),
    claim: (ids) => ports.watch.claimDue(ports.now(), CHECK_EVERY_SECONDS, ids),
    idOf: ({ accountId }) => accountId,
    // An account that cannot be tested, for example because its credential is unreadable, does not hold up the others.
    deliver: (due) =>
      check(ports, due, log).catch((error: unknown) => {
        log.warn({ err: error, accountId: due.accountId }, 'account not tested')
        return false
      }),
    onError: (error) => log.warn({ err: error }, 'accounts were not tested'),
  })
}

async function check(
  ports: Ports,
  { tenantId, accountId }: { tenantId: string; accountId: string },
  log: FastifyBaseLogger,
): Promise<boolean> {
  const [tenant, account] = await Promise.all([ports.tenants.find(tenantId), ports.accounts.find(tenantId, accountId)])
  if (!tenant || !account) return false
  const asker: Asker = { caller: { sub: 'tenant-registry' }, id: v7(), log, isScheduled: true }
  await checkConnection(ports, asker, tenant, account)
  return true
}

/**
 * Writes one audit event for each threshold before a credential expires, also across restarts and replicas. One that
 * cannot be written holds up no other, and is tried again. Returns their number.
 * @throws when the store is lost
 */
export async function announceExpiries(
  { watch, now }: Pick<Ports, 'watch' | 'now'>,
  log: FastifyBaseLogger,
): Promise<number> {
  let announced = 0
  for (const expiring of await watch.expiring(now())) {
    try {
      if (await announce(watch, expiring, daysLeft(expiring.expiresAt, now()))) announced += 1
    } catch (error) {
      if (isLostStore(error)) throw error
      log.warn({ err: error, accountId: expiring.accountId }, 'the expiry of a credential was not announced')
    }
  }
  return announced
}

type Expiring = Awaited<ReturnType<Ports['watch']['expiring']>>[number]

/** False when there is nothing to announce, or it was announced before. */
async function announce(
  watch: Ports['watch'],
  { tenantId, accountId, credentialId, alias, type, expiresAt }: Expiring,
  days: number,
): Promise<boolean> {
  const threshold = thresholdOf(days)
  if (threshold === undefined) return false
  return watch.announce(
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
}
