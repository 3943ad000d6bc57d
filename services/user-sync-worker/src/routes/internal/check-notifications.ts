import { AccountParams } from '@jackfield/contract/microsoft/microsoft-account'
import { NotificationHealth } from '@jackfield/contract/microsoft/notification-health'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Ports } from '../../ports.ts'

const schema = { hide: true, params: AccountParams, response: { 200: NotificationHealth } }

/** For the registry's connection test: whether Graph notifies of changes, and if not, what it answered. */
export const checkNotifications: FastifyPluginAsyncZod<Pick<Ports, 'subscriptions' | 'graphSubscriptions'>> = async (
  app,
  ports,
) => {
  app.post('/tenants/:tenantId/microsoft-accounts/:accountId/notification-check', { schema }, async ({ params }) => ({
    isConfigured: ports.graphSubscriptions !== undefined,
    subscription: await ports.subscriptions.check(params.tenantId, params.accountId),
  }))
}
