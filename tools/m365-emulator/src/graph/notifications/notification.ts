import type { GroupChanged } from '../../directory/group.ts'
import type { Subscription } from '../subscriptions/subscription.ts'

export type ChangedMember = GroupChanged['member']
export type LifecycleEvent = 'reauthorizationRequired' | 'subscriptionRemoved' | 'missed'

/** Writes a numeric offset and seven digits, as captured: a reader that expects `Z` and milliseconds fails. */
function timeAt(offset: '-08:00' | '+00:00', milliseconds: number): string {
  return `${new Date(milliseconds + Number.parseInt(offset, 10) * 3_600_000).toISOString().slice(0, -1)}6789${offset}`
}

/** One entry of `value`. The sequence number is beyond 2^53: `writeNotifications` writes it as a number. */
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
      sequenceNumber: sequence,
    },
    subscriptionExpirationDateTime: timeAt('-08:00', subscription.expiresAt),
    subscriptionId: subscription.id,
    tenantId: subscription.directoryId,
  }
}

/** The body of a request. Node.js 20 has no `JSON.rawJSON`, so a bigint is marked first and unquoted afterwards. */
export function writeNotifications(value: readonly unknown[]): string {
  const marked = JSON.stringify({ value }, (_, one) => (typeof one === 'bigint' ? `bigint:${one}` : one))
  return marked.replace(/"bigint:(\d+)"/g, '$1')
}

/** Every public capture (2023, 2024, April 2026) has `organizationId` where the document has `tenantId`. */
export function lifecycleNotification(
  { id, directoryId, clientState, expiresAt }: Subscription,
  lifecycleEvent: LifecycleEvent,
  shape: 'captured' | 'documented',
): unknown {
  const base = { subscriptionId: id, clientState, lifecycleEvent }
  if (shape === 'documented')
    return { ...base, subscriptionExpirationDateTime: timeAt('-08:00', expiresAt), tenantId: directoryId }
  return {
    ...base,
    encryptedContent: null,
    organizationId: directoryId,
    subscriptionExpirationDateTime: timeAt('+00:00', expiresAt),
    resource: `Subscriptions/${id}`,
    resourceChangeType: null,
    sequence: null,
    resourceData: { '@odata.id': `subscriptions/${id}`, '@odata.type': '#microsoft.graph.subscription', id },
  }
}
