import type { RedirectMode, RedirectUri } from '@jackfield/contract/microsoft/microsoft-account'
import type { App } from '@jackfield/contract/tenants/app'
import { tenantOrigin } from '../app-url.ts'
import type { RedirectProbe } from './connection-evidence.ts'

const CALLBACK = '/auth/microsoft/callback'

/**
 * What must be registered in Entra ID: one URI for the platform, or for each app of the catalogue one on its shared
 * host and one on the tenant's (S19), and one on every custom host of the tenant.
 */
export function redirectUris(
  redirectMode: RedirectMode,
  { slug, customHosts }: { slug: string; customHosts: readonly string[] },
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
      ...customHosts.map((host) => ({ uri: originOn(host, baseUrl) + path, clientId, host: 'custom' as const })),
    ]
  })
}

/**
 * What is to be added in Entra ID, and what to be removed there: an address that is ours no more may be another's
 * tomorrow (S20).
 */
export function redirectUriDifference(
  expected: readonly RedirectUri[],
  registered: readonly string[] | null,
): { outdated: boolean; missing: RedirectUri[]; obsolete: string[] } {
  const missing = expected.filter(({ uri }) => !registered?.includes(uri))
  const obsolete = (registered ?? []).filter((uri) => !expected.some((one) => one.uri === uri))
  return { outdated: registered !== null && missing.length + obsolete.length > 0, missing, obsolete }
}

/** What is known to be registered after a test: what could not be told stays as it was known before. */
export function registeredAfter(
  before: readonly string[] | null,
  probes: readonly RedirectProbe[] | undefined,
): string[] | null {
  if (!probes) return before && [...before]
  const told = new Map(probes.map((probe) => [probe.uri, probe.kind]))
  const kept = (before ?? []).filter((uri) => (told.get(uri) ?? 'unclear') === 'unclear')
  return [...kept, ...probes.filter(({ kind }) => kind === 'registered').map(({ uri }) => uri)].sort()
}

/** Custom hosts are served by the scheme and on the port of the platform. */
function originOn(hostname: string, baseUrl: string): string {
  const url = new URL(baseUrl)
  url.hostname = hostname
  return url.origin
}
