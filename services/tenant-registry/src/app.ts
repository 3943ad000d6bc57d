import { createServer, type ServerOptions } from '@jackfield/http-server/create-server'
import { openapiPlugin } from '@jackfield/http-server/openapi-plugin'
import { strictRequestsPlugin } from '@jackfield/http-server/strict-requests-plugin'
import {
  internalTokenPlugin,
  requireAdmin,
  requireAnyAdmin,
  requireInternalToken,
  requireService,
} from '@jackfield/internal-token/internal-token-plugin'
import type { FastifyInstance } from 'fastify'
import { registerAccountMetrics } from './account-metrics.ts'
import { refuse } from './errors.ts'
import { auditForeignAccess } from './guards/audit-foreign-access.ts'
import { confineHandOver } from './guards/confine-hand-over.ts'
import { limitOutbound } from './guards/limit-outbound.ts'
import type { Ports } from './ports.ts'
import { changeAdministrator } from './routes/administrators/change-administrator.ts'
import { createAdministrator } from './routes/administrators/create-administrator.ts'
import { createControlSignInLink } from './routes/administrators/create-control-sign-in-link.ts'
import { deleteAdministrator } from './routes/administrators/delete-administrator.ts'
import { getAdministrator } from './routes/administrators/get-administrator.ts'
import { listAdministrators } from './routes/administrators/list-administrators.ts'
import { createApiKey } from './routes/api-keys/create-api-key.ts'
import { deleteApiKey } from './routes/api-keys/delete-api-key.ts'
import { listApiKeys } from './routes/api-keys/list-api-keys.ts'
import { deleteApp } from './routes/apps/delete-app.ts'
import { getApp } from './routes/apps/get-app.ts'
import { listApps } from './routes/apps/list-apps.ts'
import { putApp } from './routes/apps/put-app.ts'
import { authenticateApiKey } from './routes/internal/authenticate-api-key.ts'
import { findAdministrator } from './routes/internal/find-administrator.ts'
import { readAdministrator } from './routes/internal/read-administrator.ts'
import { readApps } from './routes/internal/read-apps.ts'
import { readConnection } from './routes/internal/read-connection.ts'
import { readLogo } from './routes/internal/read-logo.ts'
import { readTenant } from './routes/internal/read-tenant.ts'
import { receiveConsent } from './routes/internal/receive-consent.ts'
import { recordAuditEvent } from './routes/internal/record-audit-event.ts'
import { recordCredentialUse } from './routes/internal/record-credential-use.ts'
import { recordSyncHealth } from './routes/internal/record-sync-health.ts'
import { redeemControlSignInLink } from './routes/internal/redeem-control-sign-in-link.ts'
import { resolveHost } from './routes/internal/resolve-host.ts'
import { signInTenants } from './routes/internal/sign-in-tenants.ts'
import { listAuditEvents } from './routes/list-audit-events.ts'
import { changeAccount } from './routes/microsoft-accounts/change-account.ts'
import { createAccount } from './routes/microsoft-accounts/create-account.ts'
import { createConsentLink } from './routes/microsoft-accounts/create-consent-link.ts'
import { createHandOverLink } from './routes/microsoft-accounts/create-hand-over-link.ts'
import { deleteAccount } from './routes/microsoft-accounts/delete-account.ts'
import { deleteHandOverLink } from './routes/microsoft-accounts/delete-hand-over-link.ts'
import { getAccount } from './routes/microsoft-accounts/get-account.ts'
import { listAccounts } from './routes/microsoft-accounts/list-accounts.ts'
import { listHandOverLinks } from './routes/microsoft-accounts/list-hand-over-links.ts'
import { listMicrosoftClouds } from './routes/microsoft-accounts/list-microsoft-clouds.ts'
import { listRedirectUris } from './routes/microsoft-accounts/list-redirect-uris.ts'
import { putCredential } from './routes/microsoft-accounts/put-credential.ts'
import { showAccountReach } from './routes/microsoft-accounts/show-account-reach.ts'
import { showSetupScript } from './routes/microsoft-accounts/show-setup-script.ts'
import { verifyAccount } from './routes/microsoft-accounts/verify-account.ts'
import { changeTenant } from './routes/tenants/change-tenant.ts'
import { createTenant } from './routes/tenants/create-tenant.ts'
import { deleteTenant } from './routes/tenants/delete-tenant.ts'
import { deleteTenantLogo } from './routes/tenants/delete-tenant-logo.ts'
import { getTenant } from './routes/tenants/get-tenant.ts'
import { getTenantLogo } from './routes/tenants/get-tenant-logo.ts'
import { listCustomHosts } from './routes/tenants/list-custom-hosts.ts'
import { listTenants } from './routes/tenants/list-tenants.ts'
import { proveCustomHost } from './routes/tenants/prove-custom-host.ts'
import { putTenantLogo } from './routes/tenants/put-tenant-logo.ts'

export const SERVICE_NAME = 'tenant-registry'

export type AppOptions = Omit<ServerOptions, 'name'> & {
  ports: Ports
  internalTokenKeys: readonly Buffer[]
  /** False while the schema is being brought up to date: everything but the health routes answers 503. */
  isMigrated: () => boolean
}

/** The service's HTTP face: who may call is decided here, by the scope a route is registered in. */
export async function buildApp({ ports, internalTokenKeys, isMigrated, ...server }: AppOptions) {
  const app = createServer({ ...server, name: SERVICE_NAME })
  await app.register(openapiPlugin, { title: 'Jackfield tenant registry', version: '1' })
  await app.register(internalTokenPlugin, { audience: SERVICE_NAME, keys: internalTokenKeys })

  registerAccountMetrics(app.metrics, ports)

  const open = (scope: FastifyInstance) =>
    scope.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
      if (!isMigrated()) throw refuse('starting')
    })

  await app.register(async (scope) => {
    open(scope)
    scope.addHook('onRequest', requireInternalToken)
    scope.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
  })

  // Of one tenant: its own admins and the platform's.
  await app.register(
    async (scope) => {
      open(scope)
      scope.addHook('onRequest', requireAdmin)
      scope.addHook('onRequest', confineHandOver(ports))
      scope.addHook('onSend', auditForeignAccess(ports.audit))
      await scope.register(strictRequestsPlugin)
      await scope.register(getTenant, ports)
      await scope.register(changeTenant, ports)
      await scope.register(deleteTenant, ports)
      await scope.register(getTenantLogo, ports)
      await scope.register(putTenantLogo, ports)
      await scope.register(deleteTenantLogo, ports)
      await scope.register(listCustomHosts, ports)
      await scope.register(createAccount, ports)
      await scope.register(listAccounts, ports)
      await scope.register(getAccount, ports)
      await scope.register(showAccountReach, ports)
      await scope.register(changeAccount, ports)
      await scope.register(deleteAccount, ports)
      await scope.register(putCredential, ports)
      await scope.register(listRedirectUris, ports)
      await scope.register(createHandOverLink, ports)
      await scope.register(listHandOverLinks, ports)
      await scope.register(deleteHandOverLink, ports)
      await scope.register(showSetupScript, ports)
      // These speak to the outside for whoever calls.
      await scope.register(async (outbound) => {
        await outbound.register(limitOutbound)
        await outbound.register(verifyAccount, ports)
        await outbound.register(createConsentLink, ports)
        await outbound.register(proveCustomHost, ports)
      })
    },
    { prefix: '/api/v1' },
  )

  // Above all tenants: each route narrows itself to the caller's scope.
  await app.register(
    async (scope) => {
      open(scope)
      scope.addHook('onRequest', requireAnyAdmin)
      await scope.register(strictRequestsPlugin)
      await scope.register(createTenant, ports)
      await scope.register(listTenants, ports)
      await scope.register(listMicrosoftClouds, ports)
      await scope.register(listApps, ports)
      await scope.register(getApp, ports)
      await scope.register(putApp, ports)
      await scope.register(deleteApp, ports)
      await scope.register(createApiKey, ports)
      await scope.register(listApiKeys, ports)
      await scope.register(deleteApiKey, ports)
      await scope.register(createAdministrator, ports)
      await scope.register(listAdministrators, ports)
      await scope.register(getAdministrator, ports)
      await scope.register(changeAdministrator, ports)
      await scope.register(deleteAdministrator, ports)
      await scope.register(listAuditEvents, ports)
      await scope.register(createControlSignInLink, ports)
    },
    { prefix: '/api/v1' },
  )

  await app.register(
    async (scope) => {
      open(scope)
      scope.addHook('onRequest', requireService)
      await scope.register(authenticateApiKey, ports)
      await scope.register(resolveHost, ports)
      await scope.register(readApps, ports)
      await scope.register(readTenant, ports)
      await scope.register(readLogo, ports)
      await scope.register(signInTenants, ports)
      await scope.register(readConnection, ports)
      await scope.register(recordCredentialUse, ports)
      await scope.register(recordSyncHealth, ports)
      await scope.register(findAdministrator, ports)
      await scope.register(readAdministrator, ports)
      await scope.register(redeemControlSignInLink, ports)
      await scope.register(receiveConsent, ports)
      await scope.register(recordAuditEvent, ports)
    },
    { prefix: '/internal' },
  )
  return app
}
