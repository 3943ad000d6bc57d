import { z } from 'zod'
import { Id } from '../http/identifier.ts'

const Text = z.string().max(512)
const Lower = Text.toLowerCase()

export const LifecycleEvent = z.enum(['reauthorizationRequired', 'subscriptionRemoved', 'missed'])
export type LifecycleEvent = z.infer<typeof LifecycleEvent>

/**
 * What a notification is recognised by; everything else in it is not looked at. A missing part fits nothing. The
 * directory is `tenantId` in notifications of changes; lifecycle notifications have `organizationId` in its place,
 * whatever the document says.
 */
const Told = z.object({
  subscriptionId: Lower.catch(''),
  tenantId: Lower.nullish().catch(''),
  organizationId: Lower.nullish().catch(''),
  clientState: Text.catch(''),
  lifecycleEvent: LifecycleEvent.optional().catch(undefined),
})
const Recognised = Told.transform(({ tenantId, organizationId, ...told }) => ({
  ...told,
  directoryId: tenantId ?? organizationId ?? '',
}))
export type GraphNotification = z.output<typeof Recognised>

/** What is not even an object fits nothing, and does not spoil the others of its batch (T-141). */
const UNRECOGNISABLE: GraphNotification = {
  subscriptionId: '',
  directoryId: '',
  clientState: '',
  lifecycleEvent: undefined,
}

/**
 * Notifications of Microsoft Graph about changes, each a hint that something changed and never the change itself, or
 * about the subscription itself; events that Graph may invent later are left alone.
 */
export const GraphNotifications = z.object({ value: z.array(Recognised.catch(UNRECOGNISABLE)).max(5_000) })

export const NotificationParams = z.object({ accountId: Id })
export const NotificationQuery = z.object({ validationToken: z.string().max(4096).optional() })
