import { createServer, type Server, type ServerOptions } from '@jackfield/http-server/create-server'
import { openapiPlugin } from '@jackfield/http-server/openapi-plugin'
import { strictRequestsPlugin } from '@jackfield/http-server/strict-requests-plugin'
import {
  internalTokenPlugin,
  requireAdmin,
  requireInternalToken,
  requirePlatformAdmin,
  requireService,
} from '@jackfield/internal-token/internal-token-plugin'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { refuse } from './errors.ts'
import type { Ports } from './ports.ts'
import { acceptBindingSuggestions } from './routes/accept-binding-suggestions.ts'
import { addExtensions } from './routes/add-extensions.ts'
import { approveSyncRun } from './routes/approve-sync-run.ts'
import { bindExtension } from './routes/bind-extension.ts'
import { cancelSyncRun } from './routes/cancel-sync-run.ts'
import { changeUser } from './routes/change-user.ts'
import { checkNotifications } from './routes/check-notifications.ts'
import { confineToTenant } from './routes/confine-to-tenant.ts'
import { countMicrosoftUsers } from './routes/count-microsoft-users.ts'
import { createPhoneSystem } from './routes/create-phone-system.ts'
import { createWebhookEndpoint } from './routes/create-webhook-endpoint.ts'
import { deleteWebhookEndpoint } from './routes/delete-webhook-endpoint.ts'
import { disconnectAccount } from './routes/disconnect-account.ts'
import { eraseTenant } from './routes/erase-tenant.ts'
import { findHomeRealms } from './routes/find-home-realms.ts'
import { findRosterEntry } from './routes/find-roster-entry.ts'
import { getBindingRules } from './routes/get-binding-rules.ts'
import { getImportRules } from './routes/get-import-rules.ts'
import { getSyncRun } from './routes/get-sync-run.ts'
import { getUser } from './routes/get-user.ts'
import { handOutRevocations } from './routes/hand-out-revocations.ts'
import { importUsers } from './routes/import-users.ts'
import { listBindingSuggestions } from './routes/list-binding-suggestions.ts'
import { listExtensions } from './routes/list-extensions.ts'
import { listMicrosoftUsers } from './routes/list-microsoft-users.ts'
import { listPhoneSystems } from './routes/list-phone-systems.ts'
import { listPlannedChanges } from './routes/list-planned-changes.ts'
import { listSyncRuns } from './routes/list-sync-runs.ts'
import { listUsers } from './routes/list-users.ts'
import { listWebhookEndpoints } from './routes/list-webhook-endpoints.ts'
import { putBindingRules } from './routes/put-binding-rules.ts'
import { putImportRules } from './routes/put-import-rules.ts'
import { receiveNotifications } from './routes/receive-notifications.ts'
import { replayWebhooks } from './routes/replay-webhooks.ts'
import { requireTenant } from './routes/require-tenant.ts'
import { resyncUsers } from './routes/resync-users.ts'
import { showJobBoard } from './routes/show-job-board.ts'
import { streamSyncRun } from './routes/stream-sync-run.ts'
import { unbindExtension } from './routes/unbind-extension.ts'

/** What tokens for this service name as their audience. */
export const SERVICE_NAME = 'user-sync-worker'

export type AppOptions = Pick<ServerOptions, 'logLevel' | 'healthChecks' | 'logTo'> & {
  internalTokenKeys: readonly Buffer[]
  /** Whether the schema is up to date: until then every route answers 503. */
  isMigrated: () => boolean
}

/** The roster's HTTP API. */
export function buildApp(ports: Ports, { internalTokenKeys, isMigrated, ...server }: AppOptions): Server {
  const app = createServer({ ...server, name: SERVICE_NAME })
  app.register(openapiPlugin, { title: 'Jackfield roster', version: '1' })
  app.register(internalTokenPlugin, { audience: SERVICE_NAME, keys: internalTokenKeys })
  const open = (scope: FastifyInstance) =>
    scope.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
      if (!isMigrated()) throw refuse('starting', { retryAfter: 2 })
    })

  app.register(async (scope) => {
    open(scope)
    // Microsoft names an account, and nobody knows yet whose it is.
    scope.addHook('preValidation', (_request, _reply, done) => ports.inScope('every-tenant', done))
    await scope.register(receiveNotifications, ports)
  })
  app.register(adminRoutes(ports, open), { prefix: '/api/v1' })
  app.register(internalRoutes(ports, open), { prefix: '/internal' })
  app.register(
    async (scope) => {
      open(scope)
      scope.addHook('onRequest', requirePlatformAdmin)
      await scope.register(showJobBoard, ports)
    },
    { prefix: '/api/v1/job-board' },
  )
  app.register(
    async (scope) => {
      open(scope)
      scope.addHook('onRequest', requireService)
      scope.addHook('preValidation', (_request, _reply, done) => ports.inScope('every-tenant', done))
      await scope.register(handOutRevocations, ports)
    },
    { prefix: '/internal' },
  )
  app.register(async (scope) => {
    scope.addHook('onRequest', requireInternalToken)
    scope.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  })
  return app
}

type Opening = (scope: FastifyInstance) => unknown

function adminRoutes(ports: Ports, open: Opening): FastifyPluginAsync {
  return async (admin) => {
    open(admin)
    admin.addHook('onRequest', requireAdmin)
    admin.addHook('preValidation', confineToTenant(ports.inScope))
    admin.addHook('preHandler', requireTenant(ports))
    await admin.register(strictRequestsPlugin)
    admin.register(listMicrosoftUsers, ports)
    admin.register(countMicrosoftUsers, ports)
    admin.register(importUsers, ports)
    admin.register(resyncUsers, ports)
    admin.register(getImportRules, ports)
    admin.register(putImportRules, ports)
    admin.register(listSyncRuns, ports)
    admin.register(listPlannedChanges, ports)
    admin.register(getSyncRun, ports)
    admin.register(streamSyncRun, ports)
    admin.register(approveSyncRun, ports)
    admin.register(cancelSyncRun, ports)
    admin.register(listUsers, ports)
    admin.register(getUser, ports)
    admin.register(changeUser, ports)
    admin.register(createPhoneSystem, ports)
    admin.register(listPhoneSystems, ports)
    admin.register(addExtensions, ports)
    admin.register(listExtensions, ports)
    admin.register(bindExtension, ports)
    admin.register(unbindExtension, ports)
    admin.register(getBindingRules, ports)
    admin.register(putBindingRules, ports)
    admin.register(listBindingSuggestions, ports)
    admin.register(acceptBindingSuggestions, ports)
    admin.register(createWebhookEndpoint, ports)
    admin.register(listWebhookEndpoints, ports)
    admin.register(deleteWebhookEndpoint, ports)
    admin.register(replayWebhooks, ports)
  }
}

function internalRoutes(ports: Ports, open: Opening): FastifyPluginAsync {
  return async (internal) => {
    open(internal)
    internal.addHook('onRequest', requireService)
    internal.register(async (ofTenant) => {
      ofTenant.addHook('preValidation', confineToTenant(ports.inScope))
      await ofTenant.register(findRosterEntry, ports)
      await ofTenant.register(disconnectAccount, ports)
      await ofTenant.register(checkNotifications, ports)
      await ofTenant.register(eraseTenant, ports)
    })
    internal.register(async (aboveAll) => {
      aboveAll.addHook('preValidation', (_request, _reply, done) => ports.inScope('every-tenant', done))
      await aboveAll.register(findHomeRealms, ports)
    })
  }
}
