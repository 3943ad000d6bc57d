import { type Branding, NO_BRANDING } from '@jackfield/contract/branding'
import type { SignInTenant } from '@jackfield/contract/internal-api'

/** Whose address a request came to. Everything under it is decided for this site alone (T-23). */
export type Site = TenantSite | SharedSite | { kind: 'control'; origin: string } | { kind: 'platform'; origin: string }

export type TenantSite = SignInTenant & { kind: 'tenant'; origin: string }
/** The host of apps that every tenant's people use. Whose tenant somebody is of is only known once they are signed in. */
export type SharedSite = { kind: 'shared'; origin: string }
/** Where people sign in: an OpenID Provider of its own. */
export type SignInSite = TenantSite | SharedSite
export type SignInAccount = TenantSite['accounts'][number]

/** The platform's own two sites by host, under the base domain; every other host is asked for at the registry. */
export function platformSites(baseUrl: string): ReadonlyMap<string, Site> {
  const { protocol, host, origin } = new URL(baseUrl)
  const control = `control.${host}`
  return new Map<string, Site>([
    [host, { kind: 'platform', origin }],
    [control, { kind: 'control', origin: `${protocol}//${control}` }],
  ])
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': ':80', 'https:': ':443' }

/**
 * The Host header as URLs of that protocol (`https:`) spell it, without the default port, or undefined when it is none: no user info, path,
 * or second port.
 */
export function readHost(header: string | undefined, protocol: string): string | undefined {
  const host = header?.toLowerCase() ?? ''
  if (!/^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/.test(host) || host.length > 260) return undefined
  const port = DEFAULT_PORTS[protocol]
  return port !== undefined && host.endsWith(port) ? host.slice(0, -port.length) : host
}

/** Everything that people leave behind on one host of a tenant, or on one shared host, is kept under this name. */
export function namespaceOf(site: SignInSite): string {
  return `${homeOf(site)} ${site.origin}`
}

/** Where sessions are at home that may not be shown around: in a tenant, on whichever of its hosts, or on one shared host. */
export function homeOf(site: SignInSite): string {
  return site.kind === 'tenant' ? site.tenant.id : 'shared'
}

/** What people call the tenant. */
export function shownName({ tenant, branding }: Pick<SignInTenant, 'tenant' | 'branding'>): string {
  return branding.displayName ?? tenant.name
}

/** The name over a page, and its look: on a shared host there is none, least of all before somebody is signed in. */
export function nameOf(site: Site): string | undefined {
  return site.kind === 'tenant' ? shownName(site) : undefined
}

export function brandingOf(site: Site): Branding {
  return site.kind === 'tenant' ? site.branding : NO_BRANDING
}
