import type { App } from '@jackfield/contract/tenants/app'
import { slugOfHost, tenantOrigin } from './app-url.ts'

type Addresses = Pick<App, 'tenantUrl' | 'sharedUrl'>

/** Where a host may lead, in the order of trust: the platform's own names before what tenants bring. */
export type HostCandidate =
  | { kind: 'shared'; origin: string }
  | { kind: 'slug'; slug: string; origin: string }
  | { kind: 'custom'; hostname: string; origin: string }

/**
 * Reads a Host header (lower case, with port): an app's shared host, `<slug>.<base domain>`, an app's tenant address,
 * or a custom host. Custom hosts are served on the port of the platform.
 */
export function hostCandidates(host: string, baseUrl: string, apps: readonly Addresses[]): HostCandidate[] {
  const base = new URL(baseUrl)
  const candidates: HostCandidate[] = []
  const shared = sharedOrigins(apps).find((origin) => new URL(origin).host === host)
  if (shared !== undefined) candidates.push({ kind: 'shared', origin: shared })
  const suffix = `.${base.host}`
  if (host.endsWith(suffix)) {
    const slug = host.slice(0, -suffix.length)
    if (slug && !slug.includes('.')) candidates.push({ kind: 'slug', slug, origin: `${base.protocol}//${host}` })
  }
  for (const app of apps) {
    const slug = slugOfHost(app.tenantUrl, host)
    if (slug) candidates.push({ kind: 'slug', slug, origin: tenantOrigin(app.tenantUrl, slug) })
  }
  const port = base.port ? `:${base.port}` : ''
  const hostname = host.endsWith(port) ? host.slice(0, host.length - port.length) : ''
  if (hostname && !hostname.includes(':'))
    candidates.push({ kind: 'custom', hostname, origin: `${base.protocol}//${host}` })
  return candidates
}

export function sharedOrigins(apps: readonly Pick<App, 'sharedUrl'>[]): string[] {
  return apps.flatMap(({ sharedUrl }) => (sharedUrl === undefined ? [] : [new URL(sharedUrl).origin]))
}

/** Shared hosts by name alone: to a browser's cookies all ports of a host are one (RFC 6265 8.5). */
export function sharedHostnames(apps: readonly Pick<App, 'sharedUrl'>[]): Set<string> {
  return new Set(sharedOrigins(apps).map((origin) => new URL(origin).hostname))
}

/** The platform's own two hosts, where no app can live. */
export function isReservedHost(hostname: string, baseUrl: string): boolean {
  const base = new URL(baseUrl).hostname
  return hostname === base || hostname === `control.${base}`
}

/** The slugs whose tenants are, or would be, reached at this name on some port. */
export function slugsAt(hostname: string, baseUrl: string, apps: readonly Addresses[]): string[] {
  const patterns = [`https://{tenant}.${new URL(baseUrl).hostname}`, ...apps.map((app) => withoutPort(app.tenantUrl))]
  return [...new Set(patterns.flatMap((pattern) => slugOfHost(pattern, hostname) ?? []))]
}

/** Names a tenant may not bring as its own: those of the platform, and those the apps are or will be reached at. */
export function isPlatformHost(hostname: string, baseUrl: string, apps: readonly Addresses[]): boolean {
  const base = new URL(baseUrl).hostname
  if (hostname === base || hostname.endsWith(`.${base}`) || sharedHostnames(apps).has(hostname)) return true
  return slugsAt(hostname, baseUrl, apps).length > 0
}

function withoutPort(tenantUrl: string): string {
  return tenantUrl.replace(/^(https?:\/\/[^/:]+):\d+/i, '$1')
}

/** Address of a Control sign-in link. The token is in the fragment, which browsers never send to a server. */
export function controlEntry(baseUrl: string, token: string): string {
  const { protocol, host } = new URL(baseUrl)
  return `${protocol}//control.${host}/enter#${token}`
}
