import type { SignInTenant } from '@jackfield/contract/internal/internal-api'
import { type Branding, NO_BRANDING } from '@jackfield/contract/tenants/branding'

/** The owner of a request's host. Every decision is made for this site alone (T-23). */
export type Site = TenantSite | SharedSite | { kind: 'control'; origin: string } | { kind: 'platform'; origin: string }

export type TenantSite = SignInTenant & { kind: 'tenant'; origin: string }
/** The host of an app for people of all tenants. The tenant is known once they are signed in. */
export type SharedSite = { kind: 'shared'; origin: string }
/** A site with an OpenID Provider of its own. */
export type SignInSite = TenantSite | SharedSite
export type SignInAccount = TenantSite['accounts'][number]

/** The platform's own two sites by host, under the base domain; the registry knows all other hosts. */
export function platformSites(baseUrl: string): ReadonlyMap<string, Site> {
  const { host, origin } = new URL(baseUrl)
  const control = controlOrigin(baseUrl)
  return new Map<string, Site>([
    [host, { kind: 'platform', origin }],
    [new URL(control).host, { kind: 'control', origin: control }],
  ])
}

/** Where Control and the admin API are. */
export function controlOrigin(baseUrl: string): string {
  const { protocol, host } = new URL(baseUrl)
  return `${protocol}//control.${host}`
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': ':80', 'https:': ':443' }

/**
 * The Host header as URLs of that protocol (`https:`) spell it, without the default port; undefined when invalid.
 */
export function readHost(header: string | undefined, protocol: string): string | undefined {
  const host = header?.toLowerCase() ?? ''
  if (!/^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/.test(host) || host.length > 260)
    return undefined
  const port = DEFAULT_PORTS[protocol]
  return port !== undefined && host.endsWith(port) ? host.slice(0, -port.length) : host
}

/** Namespace of all state of one host of a tenant, or of one shared host. */
export function namespaceOf(site: SignInSite): string {
  return `${homeOf(site)} ${site.origin}`
}

/** Tenant or shared host that sessions belong to. A session of another one is foreign. */
export function homeOf(site: SignInSite): string {
  return site.kind === 'tenant' ? site.tenant.id : 'shared'
}

/** Display name of the tenant. */
export function shownName({ tenant, branding }: Pick<SignInTenant, 'tenant' | 'branding'>): string {
  return branding.displayName ?? tenant.name
}

/** Name shown on a page; a shared host has none. */
export function nameOf(site: Site): string | undefined {
  return site.kind === 'tenant' ? shownName(site) : undefined
}

export function brandingOf(site: Site): Branding {
  return site.kind === 'tenant' ? site.branding : NO_BRANDING
}

type Tenants = { findTenant(tenantId: string): Promise<SignInTenant | undefined> }

/**
 * Finds a tenant whose people may sign in on this site: on a tenant's host that tenant alone, so that a sign-in cannot
 * end in another tenant (T-23); elsewhere any tenant of the registry.
 */
export async function findTenantOf(
  { findTenant }: Tenants,
  site: Site,
  tenantId: string,
): Promise<SignInTenant | undefined> {
  if (site.kind !== 'tenant') return findTenant(tenantId)
  return site.tenant.id === tenantId ? site : undefined
}
