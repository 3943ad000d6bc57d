import type { App } from '@jackfield/contract/app'
import type { SignInSite, TenantSite } from './site.ts'

/** Redirect URIs of an app on one host, compared as exact strings (RFC 9700 4.1.3). */
export type AppRegistration = {
  redirectUris: string[]
  postLogoutRedirectUris: string[]
  backchannelLogoutUri: string | undefined
}

/** Redirect URI of the gateway's own sign-in for server-rendered frontends. */
export const SIGN_IN_DONE_PATH = '/auth/signin/done'
/** The gateway's page that hands a browser app its answer, on hosts where the app itself lives. */
export const SIGNED_IN_PATH = '/auth/signed-in'
const PATHS_OF_GATEWAY = { browser: [SIGNED_IN_PATH], server: [SIGN_IN_DONE_PATH], native: [] }

/** Addresses of an app on a tenant's host or a shared host; a shared host knows only apps with that shared address. */
export function registerApp(app: App, site: SignInSite, apps: readonly App[], baseUrl: string): AppRegistration {
  return site.kind === 'tenant'
    ? registerForTenant(app, site, apps, baseUrl)
    : registerOn(app, site.origin, sharedOrigin(app) === site.origin)
}

function registerOn(app: App, origin: string, isAtHome: boolean): AppRegistration {
  if (!isAtHome || app.kind === 'device')
    return { redirectUris: [], postLogoutRedirectUris: [], backchannelLogoutUri: undefined }
  const at = (paths: readonly string[]) => paths.map((path) => origin + path)
  return {
    redirectUris: [...at(app.callbackPaths), ...at(PATHS_OF_GATEWAY[app.kind])],
    postLogoutRedirectUris: at(app.postLogoutPaths),
    backchannelLogoutUri: app.backchannelLogoutPath && origin + app.backchannelLogoutPath,
  }
}

/**
 * The app's addresses for this tenant. On a custom host of the tenant the same paths count there too: the host is one
 * the registry resolved to the tenant, and is neither under the base domain nor an app's own host pattern.
 */
function registerForTenant(app: App, site: TenantSite, apps: readonly App[], baseUrl: string): AppRegistration {
  const ownOrigin = tenantOrigin(app, site.tenant.slug)
  const base = new URL(baseUrl)
  const known = new Set([
    `${base.protocol}//${site.tenant.slug}.${base.host}`,
    ...apps.map((each) => tenantOrigin(each, site.tenant.slug)),
  ])
  const origins = [...(ownOrigin ? [ownOrigin] : []), ...(known.has(site.origin) ? [] : [site.origin])]
  const at = (paths: readonly string[]) => origins.flatMap((origin) => paths.map((path) => origin + path))
  const ofGateway = app.kind === 'server' && origins.length > 0 ? [site.origin + SIGN_IN_DONE_PATH] : []
  const bridges = app.kind === 'browser' ? at([SIGNED_IN_PATH]) : []
  return {
    redirectUris: [...at(app.callbackPaths), ...bridges, ...ofGateway],
    postLogoutRedirectUris: at(app.postLogoutPaths),
    backchannelLogoutUri: ownOrigin && app.backchannelLogoutPath ? ownOrigin + app.backchannelLogoutPath : undefined,
  }
}

/**
 * Every origin from which this host's apps may call it (T-23). Found once for each host of a catalogue: every sign-in
 * asks.
 */
export function registeredOrigins(site: SignInSite, apps: readonly App[], baseUrl: string): ReadonlySet<string> {
  const known = originsOf.get(apps) ?? new Map<string, ReadonlySet<string>>()
  originsOf.set(apps, known)
  const key = `${site.kind === 'tenant' ? site.tenant.slug : ''} ${site.origin} ${baseUrl}`
  const found = known.get(key)
  if (found) return found
  const origins = new Set(
    apps.flatMap((app) => registerApp(app, site, apps, baseUrl).redirectUris.map((uri) => new URL(uri).origin)),
  )
  known.set(key, origins)
  return origins
}
const originsOf = new WeakMap<readonly App[], Map<string, ReadonlySet<string>>>()

function sharedOrigin({ sharedUrl }: App): string | undefined {
  return sharedUrl === undefined ? undefined : URL.parse(sharedUrl)?.origin
}

export function tenantOrigin(app: App, slug: string): string | undefined {
  return URL.parse(app.tenantUrl.replace('{tenant}', slug))?.origin
}
