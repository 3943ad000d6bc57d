import type { Connection } from '@jackfield/contract/internal/internal-api'
import { fairSender } from '@jackfield/http-server/fair-sender'
import { fairSlots } from '@jackfield/http-server/fair-slots'
import { subscriptionFailure } from '../domain/subscription-failure.ts'
import type { Ports, SubscriptionAnswer } from '../ports.ts'

type Needs = Pick<Ports, 'subscriptions' | 'graphSubscriptions' | 'registry'>
type ClaimedSubscription = Awaited<ReturnType<Ports['subscriptions']['claim']>>[number]

const AT_ONCE = 40
const MOST = { tenant: 8 }
const LONG_SECONDS = 600

/**
 * Keeps a subscription for every account that is kept in step: renews it at half of its life or when Graph asks for it,
 * and replaces it when Graph lost it or was silent about changes (S44). Failures are retried with backoff; meanwhile the
 * scheduled delta finds the changes. Tenants have slots of their own: a directory that does not answer delays no other
 * tenant's subscription (T-130).
 */
export function keepSubscriptions(ports: Needs, newClientState: () => string, onError: (error: unknown) => void) {
  const { subscriptions, graphSubscriptions } = ports
  return fairSender({
    slots: fairSlots(AT_ONCE, MOST),
    listDue: async () => (graphSubscriptions ? subscriptions.listDue(MOST.tenant) : []),
    claim: subscriptions.claim,
    idOf: ({ accountId }: ClaimedSubscription) => accountId,
    deliver: (claimed) => keepOrPostpone(ports, claimed, newClientState).then(() => true),
    onError,
  })
}

/** An error ends the claim at once. */
async function keepOrPostpone(ports: Needs, claimed: ClaimedSubscription, newClientState: () => string): Promise<void> {
  try {
    await keep(ports, claimed, newClientState)
  } catch (error) {
    await ports.subscriptions.postpone(claimed.accountId, 0)
    throw error
  }
}

async function keep(ports: Needs, claimed: ClaimedSubscription, newClientState: () => string): Promise<void> {
  const { subscriptions, registry } = ports
  const { accountId, tenantId, directoryId } = claimed
  const connection = await registry.findConnection(tenantId, accountId)
  if (!connection || 'kind' in connection) return subscriptions.postpone(accountId, 0)
  if (!connection.enabled || connection.directoryId !== directoryId)
    return subscriptions.postpone(accountId, LONG_SECONDS)

  const renewed =
    claimed.subscriptionId === null ? undefined : await renew(ports, connection, claimed, claimed.subscriptionId)
  const answer = renewed && renewed.kind !== 'missing' ? renewed : await create(ports, connection, newClientState())
  if (answer.kind === 'subscribed') return subscriptions.keep(claimed, answer, answer !== renewed)
  await subscriptions.postpone(
    accountId,
    answer.kind === 'throttled' ? answer.retryAfterSeconds : 0,
    subscriptionFailure(answer),
  )
}

/** A silent subscription may be broken without Graph knowing: it is deleted and replaced. */
async function renew(
  ports: Needs,
  connection: Connection,
  claimed: ClaimedSubscription,
  id: string,
): Promise<SubscriptionAnswer> {
  const graph = ports.graphSubscriptions
  if (!graph) return { kind: 'missing' }
  if (!claimed.isQuiet) return graph.renew(connection, id)
  const deleted = await graph.delete(connection, id)
  return deleted === 'deleted' ? { kind: 'missing' } : deleted
}

async function create(ports: Needs, connection: Connection, clientState: string): Promise<SubscriptionAnswer> {
  // Stored before Graph can use it.
  await ports.subscriptions.expectState(connection.accountId, clientState)
  return ports.graphSubscriptions?.create(connection, clientState) ?? { kind: 'missing' }
}
