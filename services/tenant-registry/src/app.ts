import { createServer, type ServerOptions } from '@jackfield/http-server/create-server'
import { openapiPlugin } from '@jackfield/http-server/openapi-plugin'
import { declareRefusals } from '@jackfield/http-server/openapi-refusals'
import { resourcesPlugin } from '@jackfield/http-server/resources-plugin'
import { strictRequestsPlugin } from '@jackfield/http-server/strict-requests-plugin'
import {
  internalTokenPlugin,
  requireAdmin,
  requireAnyAdmin,
  requireService,
} from '@jackfield/internal-token/internal-token-plugin'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from './errors.ts'
import { auditForeignAccess } from './guards/audit-foreign-access.ts'
import { requireDeclaredScope } from './guards/caller-scope.ts'
import { confineHandOver } from './guards/confine-hand-over.ts'
import { limitOutbound } from './guards/limit-outbound.ts'
import { registerAccountMetrics } from './metrics.ts'
import type { Ports } from './ports.ts'
import { changeAdministrator } from './routes/administrators/change-administrator.ts'
import { createAdministrator } from './routes/administrators/create-administrator.ts'
import { createControlSignInLink } from './routes/administrators/create-control-sign-in-link.ts'
import { deleteAdministrator } from './routes/administrators/delete-administrator.ts'
import { getAdministrator } from './routes/administrators/get-administrator.ts'
import { listAdministrators } from './routes/administrators/list-administrators.ts'
import { createApiKey } from './routes/api-keys/create-api-key.ts'
import { deleteApiKey } from './routes/api-keys/delete-api-key.ts'
import { getApiKey } from './routes/api-keys/get-api-key.ts'
import { listApiKeys } from './routes/api-keys/list-api-keys.ts'
import { createAppSecret } from './routes/apps/create-app-secret.ts'
import { deleteApp } from './routes/apps/delete-app.ts'
import { deleteAppSecret } from './routes/apps/delete-app-secret.ts'
import { getApp } from './routes/apps/get-app.ts'
import { getAppSecret } from './routes/apps/get-app-secret.ts'
import { listAppSecrets } from './routes/apps/list-app-secrets.ts'
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
import { recordWrongPlatform } from './routes/internal/record-wrong-platform.ts'
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
import { getHandOverLink } from './routes/microsoft-accounts/get-hand-over-link.ts'
import { listAccounts } from './routes/microsoft-accounts/list-accounts.ts'
import { listHandOverLinks } from './routes/microsoft-accounts/list-hand-over-links.ts'
import { listMicrosoftClouds } from './routes/microsoft-accounts/list-microsoft-clouds.ts'
import { listRedirectUris } from './routes/microsoft-accounts/list-redirect-uris.ts'
import { putCredential } from './routes/microsoft-accounts/put-credential.ts'
import { showAccountReach } from './routes/microsoft-accounts/show-account-reach.ts'
import { showAccountRemoval } from './routes/microsoft-accounts/show-account-removal.ts'
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
import { showTenantRemoval } from './routes/tenants/show-tenant-removal.ts'

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

  await app.register(adminRoutes(ports, open), { prefix: '/api/v1' })

  await app.register(
    async (scope) => {
      open(scope)
      scope.addHook('onRequest', requireService)
      await registerAll(scope, ports, [
        authenticateApiKey,
        resolveHost,
        readApps,
        readTenant,
        readLogo,
        signInTenants,
        readConnection,
        recordCredentialUse,
        recordWrongPlatform,
        recordSyncHealth,
        findAdministrator,
        readAdministrator,
        redeemControlSignInLink,
        receiveConsent,
        recordAuditEvent,
      ])
    },
    { prefix: '/internal' },
  )
  return app
}

type Opening = (scope: FastifyInstance) => unknown

/** What the admin API answers from here; its OpenAPI document is made from these routes. */
export function adminRoutes(ports: Ports, open: Opening): FastifyPluginAsync {
  return async (admin) => {
    await admin.register(async (ofTenant) => {
      open(ofTenant)
      ofTenant.addHook('onRequest', requireAdmin)
      ofTenant.addHook('onRequest', requireDeclaredScope)
      ofTenant.addHook('onRequest', confineHandOver(ports))
      declareRefusals(ofTenant, 'hand-over-ended')
      ofTenant.addHook('onSend', auditForeignAccess(ports.audit))
      await ofTenant.register(strictRequestsPlugin)
      await ofTenant.register(resourcesPlugin)
      await registerAll(ofTenant, ports, [
        getTenant,
        changeTenant,
        deleteTenant,
        showTenantRemoval,
        getTenantLogo,
        putTenantLogo,
        deleteTenantLogo,
        listCustomHosts,
        createAccount,
        listAccounts,
        getAccount,
        showAccountReach,
        changeAccount,
        deleteAccount,
        showAccountRemoval,
        putCredential,
        listRedirectUris,
        createHandOverLink,
        listHandOverLinks,
        getHandOverLink,
        deleteHandOverLink,
        showSetupScript,
      ])
      // These call servers outside on behalf of the caller.
      await ofTenant.register(async (outbound) => {
        await outbound.register(limitOutbound)
        declareRefusals(outbound, 'too-many-tests')
        await registerAll(outbound, ports, [verifyAccount, createConsentLink, proveCustomHost])
      })
    })

    // Each of these narrows what it shows to the caller's scope.
    await admin.register(async (aboveAll) => {
      open(aboveAll)
      aboveAll.addHook('onRequest', requireAnyAdmin)
      aboveAll.addHook('onRequest', requireDeclaredScope)
      await aboveAll.register(strictRequestsPlugin)
      await aboveAll.register(resourcesPlugin)
      await registerAll(aboveAll, ports, [
        createTenant,
        listTenants,
        listMicrosoftClouds,
        listApps,
        getApp,
        putApp,
        deleteApp,
        createAppSecret,
        listAppSecrets,
        getAppSecret,
        deleteAppSecret,
        createApiKey,
        listApiKeys,
        getApiKey,
        deleteApiKey,
        createAdministrator,
        listAdministrators,
        getAdministrator,
        changeAdministrator,
        deleteAdministrator,
        listAuditEvents,
        createControlSignInLink,
      ])
    })
  }
}

async function registerAll(scope: FastifyInstance, ports: Ports, routes: ReadonlyArray<FastifyPluginAsyncZod<Ports>>) {
  for (const route of routes) await scope.register(route, ports)
}
