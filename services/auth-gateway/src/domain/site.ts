import type { HostResolution } from '@jackfield/contract/internal-api'

/** Whose address a request came to. Everything under it is decided for this site alone (T-23). */
export type Site = ({ kind: 'tenant' } & HostResolution) | { kind: 'control'; origin: string } | { kind: 'platform'; origin: string }

export type TenantSite = Extract<Site, { kind: 'tenant' }>
export type SignInAccount = TenantSite['accounts'][number]

/** The platform's own two hosts, under the base domain; every other host is asked for at the registry. */
export function findPlatformSite(host: string, baseUrl: string): Site | undefined {
  const base = new URL(baseUrl)
  if (host === base.host) return { kind: 'platform', origin: base.origin }
  if (host === `control.${base.host}`) return { kind: 'control', origin: `${base.protocol}//control.${base.host}` }
  return undefined
}

/** The Host header as URLs spell it, or undefined when it is none: no user info, path, or second port. */
export function readHost(header: string | undefined): string | undefined {
  const host = header?.toLowerCase() ?? ''
  return /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/.test(host) && host.length <= 260 ? host : undefined
}

/** What people call the tenant. */
export function shownName({ tenant, branding }: Pick<TenantSite, 'tenant' | 'branding'>): string {
  return branding.displayName ?? tenant.name
}

/** Everything a tenant's people leave behind on one host is kept under this name. */
export function namespaceOf(site: TenantSite): string {
  return `${site.tenant.id} ${site.origin}`
}
