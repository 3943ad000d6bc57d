import { z } from 'zod'
import { Id } from '../http/identifier.ts'

export const LifecycleEvent = z.enum(['reauthorizationRequired', 'subscriptionRemoved', 'missed'])
export type LifecycleEvent = z.infer<typeof LifecycleEvent>
const EVENTS = LifecycleEvent.options

/**
 * What a notification is recognised by; everything else in it is not looked at. A missing or odd part is empty and
 * fits nothing.
 */
export type GraphNotification = {
  subscriptionId: string
  directoryId: string
  clientState: string
  lifecycleEvent: LifecycleEvent | undefined
}

const LONGEST = 512
const textOf = (value: unknown) => (typeof value === 'string' && value.length <= LONGEST ? value : '')

/**
 * Plain code: a schema would make some thousand objects for a batch of a hundred. The directory is `tenantId` in
 * notifications of changes; lifecycle notifications have `organizationId` in its place, whatever the document says.
 * What is not even an object fits nothing, and does not spoil the others of its batch (T-141).
 */
function recognise(told: unknown): GraphNotification {
  const { subscriptionId, tenantId, organizationId, clientState, lifecycleEvent } = (told ?? {}) as Record<
    string,
    unknown
  >
  return {
    subscriptionId: textOf(subscriptionId).toLowerCase(),
    directoryId: textOf(tenantId ?? organizationId).toLowerCase(),
    clientState: textOf(clientState),
    lifecycleEvent: EVENTS.find((event) => event === lifecycleEvent),
  }
}

/**
 * Notifications of Microsoft Graph about changes, each a hint that something changed and never the change itself, or
 * about the subscription itself; events that Graph may invent later are left alone.
 */
export const GraphNotifications = z.object({
  value: z
    .array(z.unknown())
    .max(5_000)
    .transform((value) => value.map(recognise)),
})

export const NotificationParams = z.object({ accountId: Id })
export const NotificationQuery = z.object({ validationToken: z.string().max(4096).optional() })
