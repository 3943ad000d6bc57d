import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import type { NotificationFaultInput } from '../graph/notifications/notification-faults.ts'

const milliseconds = z.number().int().min(0).optional()
const Settings = z.strictObject({
  gatherMilliseconds: milliseconds,
  mostInOneRequest: z.number().int().min(1).optional(),
  answerWithinMilliseconds: milliseconds,
  retryMilliseconds: milliseconds,
  retryForMilliseconds: milliseconds,
  lifecycleShape: z.enum(['captured', 'documented']).optional(),
})
const Limits = z.strictObject({
  perAppAndTenant: z.number().int().min(0).optional(),
  perTenant: z.number().int().min(0).optional(),
  refuseDuplicates: z.boolean().optional(),
  acceptCreatedUsers: z.boolean().optional(),
})
const Lifecycle = z.strictObject({
  event: z.enum(['reauthorizationRequired', 'subscriptionRemoved', 'missed']),
  subscriptionId: z.guid().optional(),
  directoryId: z.guid().optional(),
})

/** Subscriptions and the delivery of their notifications, over HTTP. */
export const notificationControl: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud }) => {
  const { notifications, subscriptions } = cloud
  const done = { done: true }
  app.get('/subscriptions', async () =>
    subscriptions.all().map(({ changeTypes: _, expiresAt, ...one }) => ({
      ...one,
      expirationDateTime: new Date(expiresAt).toISOString(),
    })),
  )
  app.put('/subscriptions/limits', async ({ body }) => Object.assign(subscriptions.limits, given(Limits.parse(body))))
  app.put('/notifications', async ({ body }) => Object.assign(notifications.settings, given(Settings.parse(body))))
  app.post('/notifications/faults', async ({ body }) => {
    notifications.faults.plan(body as NotificationFaultInput)
    return done
  })
  app.delete('/notifications/faults', async () => {
    notifications.faults.clear()
    return done
  })
  app.post('/notifications/lifecycle', async ({ body }) => {
    const { event, ...which } = Lifecycle.parse(body)
    notifications.lifecycle(event, given(which))
    return done
  })
  app.post('/notifications/settle', async () => {
    await notifications.settled()
    return done
  })
}

function given<Values extends object>(values: Values): { [Name in keyof Values]?: Exclude<Values[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
