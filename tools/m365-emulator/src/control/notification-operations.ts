import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { NotificationFault } from '../graph/notifications/notification-faults.ts'
import { type Operation, operation } from './operation.ts'
import { Limits, NotificationSettings } from './switches.ts'

const Lifecycle = z.strictObject({
  event: z.enum(['reauthorizationRequired', 'subscriptionRemoved', 'missed']),
  subscriptionId: z.guid().optional(),
  directoryId: z.guid().optional(),
})

/** Subscriptions and the delivery of their notifications. */
export const notificationOperations = ({ notifications, subscriptions }: Cloud): Operation[] => [
  operation('GET', '/subscriptions', {
    summary: 'Subscriptions of all directories',
    run: () =>
      subscriptions.all().map(({ changeTypes: _, expiresAt, ...one }) => ({
        ...one,
        expirationDateTime: new Date(expiresAt).toISOString(),
      })),
  }),
  operation('PUT', '/subscriptions/limits', {
    summary: 'Quotas and disputed rules of subscriptions',
    body: Limits,
    run: ({ body }) => Object.assign(subscriptions.limits, given(body)),
  }),
  operation('PUT', '/notifications', {
    summary: 'Delivery times and shape of notifications',
    body: NotificationSettings,
    run: ({ body }) => Object.assign(notifications.settings, given(body)),
  }),
  operation('POST', '/notifications/faults', {
    summary: 'Plan a fault of the next notifications',
    body: NotificationFault,
    run: ({ body }) => notifications.faults.plan(body),
  }),
  operation('DELETE', '/notifications/faults', {
    summary: 'Cancel all planned faults of notifications',
    run: () => notifications.faults.clear(),
  }),
  operation('POST', '/notifications/lifecycle', {
    summary: 'Send a lifecycle event to one subscription, or to all of a directory',
    body: Lifecycle,
    run: ({ body: { event, ...which } }) => notifications.lifecycle(event, given(which)),
  }),
  operation('POST', '/notifications/settle', {
    summary: 'Answer when no notification is in flight or waiting for a retry',
    run: () => notifications.settled(),
  }),
]

function given<Values extends object>(values: Values): { [Name in keyof Values]?: Exclude<Values[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
