import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { NotificationFault } from '../graph/notifications/notification-faults.ts'
import { findDirectory, OneDirectory, type Operation, operation } from './operation.ts'

const Lifecycle = z.strictObject({
  event: z.enum(['reauthorizationRequired', 'subscriptionRemoved', 'missed']),
  subscriptionId: z.guid().optional(),
  directoryId: z.guid().optional(),
})

/** Subscriptions and the delivery of their notifications. */
export const notificationOperations = (cloud: Cloud): Operation[] => [
  operation('GET', '/subscriptions', {
    summary: 'Subscriptions of all directories, or of one',
    query: OneDirectory,
    run: ({ query }) => {
      const only = findDirectory(cloud, query.directory)?.id
      return cloud.subscriptions
        .all()
        .filter(({ directoryId }) => (only ?? directoryId) === directoryId)
        .map(({ changeTypes: _, expiresAt, ...one }) => ({
          ...one,
          expirationDateTime: new Date(expiresAt).toISOString(),
        }))
    },
  }),
  operation('POST', '/notifications/faults', {
    summary: 'Plan a fault of the next notifications',
    body: NotificationFault,
    run: ({ body }) => cloud.notifier.faults.plan(body),
  }),
  operation('DELETE', '/notifications/faults', {
    summary: 'Cancel all planned faults of notifications, or those of one directory',
    query: OneDirectory,
    run: ({ query }) => cloud.notifier.faults.clear(findDirectory(cloud, query.directory)?.id),
  }),
  operation('POST', '/notifications/lifecycle', {
    summary: 'Send a lifecycle event to one subscription, or to all of a directory',
    body: Lifecycle,
    run: ({ body: { event, ...which } }) => cloud.notifier.lifecycle(event, given(which)),
  }),
  operation('POST', '/notifications/settle', {
    summary: 'Answer when no notification, or none of one directory, is in flight or waiting for a retry',
    body: OneDirectory,
    run: ({ body }) => cloud.notifier.settled(findDirectory(cloud, body.directory)?.id),
  }),
]

function given<Values extends object>(values: Values): { [Name in keyof Values]?: Exclude<Values[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
