import type { App } from '@jackfield/contract/tenants/app'
import { registerApp } from './app-registration.ts'
import { controlOrigin, type SignInSite, type Site } from './site.ts'

/** Where people begin: an app that a browser opens, or Control. `url` is absolute. */
export type StartPage = { name: string; url: string }

/** Maximum apps on a page. */
const MOST = 6

/** The start page of an app on a site: on the host of the request, if the app is there; undefined if it is nowhere. */
export function startPageOf(app: App, site: SignInSite, apps: readonly App[], baseUrl: string): string | undefined {
  const origins = registerApp(app, site, apps, baseUrl).redirectUris.map((uri) => new URL(uri).origin)
  if (origins.length === 0) return undefined
  const address = site.kind === 'shared' ? app.sharedUrl : app.tenantUrl.replace('{tenant}', site.tenant.slug)
  const own = new URL(address ?? site.origin)
  const isHere = app.callbackPaths.length > 0 && origins.includes(site.origin)
  return (isHere ? site.origin : own.origin) + own.pathname
}

/**
 * Links that a page of a site offers when it has no other. The platform's host, and a host without a tenant, offer the apps'
 * shared hosts, where a work address finds the tenant.
 */
export function startPages(site: Site | undefined, apps: readonly App[], baseUrl: string): StartPage[] {
  const control = { name: 'Control', url: `${controlOrigin(baseUrl)}/` }
  if (site?.kind === 'control') return [control]
  const found = apps
    .filter(({ kind }) => kind === 'browser' || kind === 'server')
    .flatMap((app) => {
      const url =
        site?.kind === 'tenant' || site?.kind === 'shared' ? startPageOf(app, site, apps, baseUrl) : app.sharedUrl
      return url === undefined ? [] : [{ name: app.name, url }]
    })
    .slice(0, MOST)
  return found.length > 0 || site?.kind === 'tenant' || site?.kind === 'shared' ? found : [control]
}
