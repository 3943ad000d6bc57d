import { z } from 'zod'
import { Id } from './identifier.ts'

const Text = z.string().max(512)
const Lower = Text.toLowerCase()

/** What a notification is recognised by; everything else in it is not looked at. A missing part fits nothing. */
const Told = z.object({ subscriptionId: Lower.catch(''), tenantId: Lower.catch(''), clientState: Text.catch('') })

/** A change notification of Microsoft Graph: a hint that something changed, never the change itself. */
export const GraphNotifications = z.object({ value: z.array(Told).max(5_000) })
export type GraphNotification = z.infer<typeof Told>

export const LifecycleEvent = z.enum(['reauthorizationRequired', 'subscriptionRemoved', 'missed'])
export type LifecycleEvent = z.infer<typeof LifecycleEvent>

/** What Graph says about the subscription itself; events it may invent later are left alone. */
export const GraphLifecycleNotifications = z.object({
  value: z.array(Told.extend({ lifecycleEvent: LifecycleEvent.optional().catch(undefined) })).max(5_000),
})

export const NotificationParams = z.object({ accountId: Id })
export const NotificationQuery = z.object({ validationToken: z.string().max(4096).optional() })
