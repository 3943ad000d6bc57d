import type { App } from '@jackfield/contract/app'
import { slugOfHost, tenantOrigin } from './app-url.ts'

/** Where a host may lead, in the order of trust: the platform's own names before what tenants bring. */
export type HostCandidate = { kind: 'slug'; slug: string; origin: string } | { kind: 'custom'; hostname: string; origin: string }

/**
 * Reads a Host header (lower case, with port): `<slug>.<base domain>`, an app's tenant address, or a custom host.
 * Custom hosts are served on the port of the platform.
 */
export function hostCandidates(host: string, baseUrl: string, apps: readonly Pick<App, 'tenantUrl'>[]): HostCandidate[] {
  const base = new URL(baseUrl)
  const candidates: HostCandidate[] = []
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
  if (hostname && !hostname.includes(':')) candidates.push({ kind: 'custom', hostname, origin: `${base.protocol}//${host}` })
  return candidates
}

/** Names a tenant may not bring as its own: those of the platform, and those the apps are or will be reached at. */
export function isPlatformHost(hostname: string, baseUrl: string, apps: readonly Pick<App, 'tenantUrl' | 'sharedUrl'>[]): boolean {
  const base = new URL(baseUrl).hostname
  if (hostname === base || hostname.endsWith(`.${base}`)) return true
  return apps.some((app) => {
    if (app.sharedUrl !== undefined && new URL(app.sharedUrl).hostname === hostname) return true
    return slugOfHost(withoutPort(app.tenantUrl), hostname) !== undefined
  })
}

function withoutPort(tenantUrl: string): string {
  return tenantUrl.replace(/^(https?:\/\/[^/:]+):\d+/i, '$1')
}
