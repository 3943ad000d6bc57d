import type { GroupChanged } from '../directory/group.ts'
import type { Subscription } from './subscription.ts'

export type ChangedMember = GroupChanged['member']
export type LifecycleEvent = 'reauthorizationRequired' | 'subscriptionRemoved' | 'missed'

/** `-08:00` with seven digits, as captured: a reader that expects `Z` and milliseconds is wrong. */
function pacificTime(milliseconds: number): string {
  return `${new Date(milliseconds - 8 * 3_600_000).toISOString().slice(0, -1)}6789-08:00`
}

/** One entry of `value`. The sequence number is a JSON number beyond 2^53, so it is written as raw text. */
export function changeNotification(
  subscription: Subscription,
  changeType: string,
  id: string,
  sequence: bigint,
  member?: ChangedMember,
): unknown {
  const [path, type] = subscription.watched.kind === 'users' ? ['Users', 'User'] : ['Groups', 'Group']
  return {
    changeType,
    clientState: subscription.clientState,
    resource: `${path}/${id}`,
    resourceData: {
      '@odata.type': `#Microsoft.Graph.${type}`,
      '@odata.id': `${path}/${id}`,
      id,
      organizationId: subscription.directoryId,
      ...(member && { 'members@delta': [{ id: member.id, ...(member.isRemoved && { '@removed': 'deleted' }) }] }),
      sequenceNumber: (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(String(sequence)),
    },
    subscriptionExpirationDateTime: pacificTime(subscription.expiresAt),
    subscriptionId: subscription.id,
    tenantId: subscription.directoryId,
  }
}

export function lifecycleNotification(subscription: Subscription, lifecycleEvent: LifecycleEvent): unknown {
  return {
    subscriptionId: subscription.id,
    subscriptionExpirationDateTime: pacificTime(subscription.expiresAt),
    tenantId: subscription.directoryId,
    clientState: subscription.clientState,
    lifecycleEvent,
  }
}
