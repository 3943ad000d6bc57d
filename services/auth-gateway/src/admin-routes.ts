import { strictRequestsPlugin } from '@jackfield/http-server/strict-requests-plugin'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { fairCallsPlugin } from './http/fair-calls-plugin.ts'
import type { Ports } from './ports.ts'
import { endSession } from './routes/admin/end-session.ts'
import { listSessions } from './routes/admin/list-sessions.ts'
import { listSigningKeys } from './routes/admin/list-signing-keys.ts'
import { listUserSessions } from './routes/admin/list-user-sessions.ts'
import { revokeSigningKey } from './routes/admin/revoke-signing-key.ts'
import { revokeUserSessions } from './routes/admin/revoke-user-sessions.ts'
import { rotateSigningKeys } from './routes/admin/rotate-signing-keys.ts'
import { showSigningKeyReach } from './routes/admin/show-signing-key-reach.ts'
import { platformGuard, tenantGuard } from './sessions/admin-reach.ts'

/** What the admin API answers from here, after `adminGuard`; its OpenAPI document is made from these routes. */
export function adminRoutes(ports: Ports, open: (scope: FastifyInstance) => unknown): FastifyPluginAsync {
  return async (admin) => {
    open(admin)
    await admin.register(strictRequestsPlugin)
    await admin.register(fairCallsPlugin)
    await admin.register(async (ofTenant) => {
      ofTenant.addHook('onRequest', tenantGuard(ports))
      await ofTenant.register(listSessions, ports)
      await ofTenant.register(listUserSessions, ports)
      await ofTenant.register(endSession, ports)
      await ofTenant.register(revokeUserSessions, ports)
    })
    await admin.register(async (ofPlatform) => {
      ofPlatform.addHook('onRequest', platformGuard)
      await ofPlatform.register(listSigningKeys, ports)
      await ofPlatform.register(rotateSigningKeys, ports)
      await ofPlatform.register(showSigningKeyReach, ports)
      await ofPlatform.register(revokeSigningKey, ports)
    })
  }
}
