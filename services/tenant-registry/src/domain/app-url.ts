import type { RequestDefect } from '@jackfield/contract/http/problems/problem'
import type { App } from '@jackfield/contract/tenants/app'

const PLACEHOLDER = '{tenant}'
// Stands in for the slug while the URL is parsed: braces are no host characters.
const STAND_IN = 'tenant-slug-stands-here'

/**
 * What is wrong with an app's addresses (RFC 9700 4.1, T-41). They become redirect URIs and therefore must name
 * exact hosts: no wildcard, no address, no user info, query or fragment, https unless it is this machine.
 */
export function findUrlDefects(
  app: Pick<App, 'sharedUrl' | 'tenantUrl' | 'jwksUri'>,
  isLoopbackHost: (hostname: string) => boolean,
): RequestDefect[] {
  const defects = {
    sharedUrl: app.sharedUrl === undefined ? undefined : describeDefect(app.sharedUrl, isLoopbackHost),
    tenantUrl: describeTenantUrlDefect(app.tenantUrl, isLoopbackHost),
    jwksUri: app.jwksUri === undefined ? undefined : describeDefect(app.jwksUri, isLoopbackHost),
  }
  return Object.entries(defects).flatMap(([member, defect]) => (defect ? [defectOf(member, defect)] : []))
}

function defectOf(member: string, message: string): RequestDefect {
  return { path: `body.${member}`, message, pointer: `/${member}`, in: 'body', code: 'invalid-url', detail: message }
}

function describeTenantUrlDefect(text: string, isLoopbackHost: (hostname: string) => boolean): string | undefined {
  if (text.split(PLACEHOLDER).length !== 2) return `must contain ${PLACEHOLDER} exactly once`
  const filled = text.replace(PLACEHOLDER, STAND_IN)
  const defect = describeDefect(filled, isLoopbackHost)
  if (defect) return defect
  const labels = new URL(filled).hostname.split('.')
  const position = labels.indexOf(STAND_IN)
  if (position === -1)
    return `${PLACEHOLDER} must be one whole label of the host, as in https://${PLACEHOLDER}.phone.example`
  return position === labels.length - 1 ? `${PLACEHOLDER} must not be the last label of the host` : undefined
}

function describeDefect(text: string, isLoopbackHost: (hostname: string) => boolean): string | undefined {
  // The parser would silently repair these: what is stored must be what was written.
  if (!/^https?:\/\/[^\\\s]+$/i.test(text) || !URL.canParse(text)) return 'must be an absolute https URL'
  if (/[{}*%]/.test(text)) return 'must not contain wildcards, braces or percent-encoding'
  const url = new URL(text)
  if (url.username || url.password || text.split('/')[2]?.includes('@')) return 'must not contain user information'
  if (text.includes('#')) return 'must not contain a fragment'
  if (text.includes('?')) return 'must not contain a query'
  const loopback = isLoopbackHost(url.hostname)
  if (url.protocol !== 'https:' && !loopback) return 'must be https (plain http is for loopback and *.localhost only)'
  if (isAddress(url.hostname) && !loopback) return 'must name a host, not an address'
  return undefined
}

function isAddress(hostname: string): boolean {
  return hostname.startsWith('[') || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(hostname)
}

/** The origin of an app on the host of the tenant with this slug. */
export function tenantOrigin(tenantUrl: string, slug: string): string {
  return new URL(tenantUrl.replace(PLACEHOLDER, slug)).origin
}

/** The slug that makes this app's address have `host` (with port), when exactly one label can be it (RU-10). */
export function slugOfHost(tenantUrl: string, host: string): string | undefined {
  const [before, after] = new URL(tenantUrl.replace(PLACEHOLDER, STAND_IN)).host.split(STAND_IN)
  if (before === undefined || after === undefined || !host.startsWith(before) || !host.endsWith(after)) return undefined
  const slug = host.slice(before.length, host.length - after.length)
  return slug.length > 0 && host.length === before.length + slug.length + after.length && !slug.includes('.')
    ? slug
    : undefined
}
