import type { App } from '@jackfield/contract/app'
import type { RedirectMode, RedirectUri } from '@jackfield/contract/microsoft-account'
import { tenantOrigin } from './app-url.ts'

const CALLBACK = '/auth/microsoft/callback'

/** What must be registered in Entra ID: one URI for the platform, or two for each app of the catalogue (S19). */
export function redirectUris(
  redirectMode: RedirectMode,
  slug: string,
  apps: readonly Pick<App, 'clientId' | 'sharedUrl' | 'tenantUrl'>[],
  baseUrl: string,
): RedirectUri[] {
  if (redirectMode === 'single') return [{ uri: baseUrl + CALLBACK, clientId: null, host: 'platform' }]
  return apps.flatMap(({ clientId, sharedUrl, tenantUrl }) => {
    const shared = sharedUrl === undefined ? baseUrl : new URL(sharedUrl).origin
    const path = `${CALLBACK}/${clientId}`
    return [
      { uri: shared + path, clientId, host: 'shared' as const },
      { uri: tenantOrigin(tenantUrl, slug) + path, clientId, host: 'tenant' as const },
    ]
  })
}
