import { createServer, type Server, type ServerOptions } from '@jackfield/http-server/create-server'
import { openapiPlugin } from '@jackfield/http-server/openapi-plugin'
import { declareRefusals } from '@jackfield/http-server/openapi-refusals'
import { resourcesPlugin } from '@jackfield/http-server/resources-plugin'
import { strictRequestsPlugin } from '@jackfield/http-server/strict-requests-plugin'
import {
  internalTokenPlugin,
  requireAdmin,
  requirePlatformAdmin,
  requireService,
} from '@jackfield/internal-token/internal-token-plugin'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { refuse } from './errors.ts'
import { confineToTenant, requireTenant } from './guards/tenant-of-path.ts'
import type { Ports } from './ports.ts'
import { acceptBindingSuggestions } from './routes/bindings/accept-binding-suggestions.ts'
import { bindExtension } from './routes/bindings/bind-extension.ts'
import { getBindingRules } from './routes/bindings/get-binding-rules.ts'
import { listBindingSuggestions } from './routes/bindings/list-binding-suggestions.ts'
import { putBindingRules } from './routes/bindings/put-binding-rules.ts'
import { unbindExtension } from './routes/bindings/unbind-extension.ts'
import { checkNotifications } from './routes/internal/check-notifications.ts'
import { disconnectAccount } from './routes/internal/disconnect-account.ts'
import { eraseTenant } from './routes/internal/erase-tenant.ts'
import { findHomeRealms } from './routes/internal/find-home-realms.ts'
import { findRosterEntry } from './routes/internal/find-roster-entry.ts'
import { handOutRevocations } from './routes/internal/hand-out-revocations.ts'
import { countMicrosoftUsers } from './routes/microsoft-users/count-microsoft-users.ts'
import { getImportRules } from './routes/microsoft-users/get-import-rules.ts'
import { importUsers } from './routes/microsoft-users/import-users.ts'
import { listMicrosoftUsers } from './routes/microsoft-users/list-microsoft-users.ts'
import { putImportRules } from './routes/microsoft-users/put-import-rules.ts'
import { resyncUsers } from './routes/microsoft-users/resync-users.ts'
import { addExtensions } from './routes/phone-systems/add-extensions.ts'
import { createPhoneSystem } from './routes/phone-systems/create-phone-system.ts'
import { getPhoneSystem } from './routes/phone-systems/get-phone-system.ts'
import { listExtensions } from './routes/phone-systems/list-extensions.ts'
import { listPhoneSystems } from './routes/phone-systems/list-phone-systems.ts'
import { receiveNotifications } from './routes/receive-notifications.ts'
import { showJobBoard } from './routes/show-job-board.ts'
import { answerSyncRun } from './routes/sync-runs/answer-sync-run.ts'
import { getSyncRun } from './routes/sync-runs/get-sync-run.ts'
import { listPlannedChanges } from './routes/sync-runs/list-planned-changes.ts'
import { listSyncRuns } from './routes/sync-runs/list-sync-runs.ts'
import { streamSyncRun } from './routes/sync-runs/stream-sync-run.ts'
import { changeUser } from './routes/users/change-user.ts'
import { getUser } from './routes/users/get-user.ts'
import { listUsers } from './routes/users/list-users.ts'
import { createWebhookEndpoint } from './routes/webhooks/create-webhook-endpoint.ts'
import { deleteWebhookEndpoint } from './routes/webhooks/delete-webhook-endpoint.ts'
import { getWebhookEndpoint } from './routes/webhooks/get-webhook-endpoint.ts'
import { listWebhookEndpoints } from './routes/webhooks/list-webhook-endpoints.ts'
import { replayWebhooks } from './routes/webhooks/replay-webhooks.ts'

/** The audience of tokens for this service. */
export const SERVICE_NAME = 'user-sync-worker'

export type AppOptions = Pick<ServerOptions, 'logLevel' | 'healthChecks' | 'logTo' | 'problemPages'> & {
  internalTokenKeys: readonly Buffer[]
  /** Until the schema is up to date every route answers 503. */
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
    // Microsoft names an account, not its tenant.
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
  return app
}

type Opening = (scope: FastifyInstance) => unknown

/** What the admin API answers from here; its OpenAPI document is made from these routes. */
export function adminRoutes(ports: Ports, open: Opening): FastifyPluginAsync {
  return async (admin) => {
    open(admin)
    admin.addHook('onRequest', requireAdmin)
    admin.addHook('preValidation', confineToTenant(ports))
    admin.addHook('preHandler', requireTenant(ports))
    declareRefusals(admin, 'tenant-not-found')
    await admin.register(strictRequestsPlugin)
    await admin.register(resourcesPlugin)
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
    admin.register(answerSyncRun, ports)
    admin.register(listUsers, ports)
    admin.register(getUser, ports)
    admin.register(changeUser, ports)
    admin.register(createPhoneSystem, ports)
    admin.register(listPhoneSystems, ports)
    admin.register(getPhoneSystem, ports)
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
    admin.register(getWebhookEndpoint, ports)
    admin.register(deleteWebhookEndpoint, ports)
    admin.register(replayWebhooks, ports)
  }
}

function internalRoutes(ports: Ports, open: Opening): FastifyPluginAsync {
  return async (internal) => {
    open(internal)
    internal.addHook('onRequest', requireService)
    internal.register(async (ofTenant) => {
      ofTenant.addHook('preValidation', confineToTenant(ports))
      await ofTenant.register(findRosterEntry, ports)
      await ofTenant.register(disconnectAccount, ports)
      await ofTenant.register(checkNotifications, ports)
      await ofTenant.register(eraseTenant, ports)
    })
    internal.register(async (aboveAll) => {
      aboveAll.addHook('preValidation', (_request, _reply, done) => ports.inScope('every-tenant', done))
      await aboveAll.register(findHomeRealms, ports)
      await aboveAll.register(handOutRevocations, ports)
    })
  }
}
