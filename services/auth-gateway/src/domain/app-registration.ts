import type { App } from '@jackfield/contract/tenants/app'
import type { SignInSite, TenantSite } from './site.ts'

/** Redirect URIs of an app on one host, compared as exact strings (RFC 9700 4.1.3). */
export type AppRegistration = {
  redirectUris: string[]
  postLogoutRedirectUris: string[]
  backchannelLogoutUri: string | undefined
}

/** Redirect URI of the gateway's own sign-in for server-rendered frontends. */
export const SIGN_IN_DONE_PATH = '/auth/signin/done'
/** The gateway's page that hands a browser app its answer. */
export const SIGNED_IN_PATH = '/auth/signed-in'

/** Of a native app, with any port (RFC 8252 7.3). */
const LOOPBACK = ['http://127.0.0.1', 'http://[::1]']

/** Addresses of an app on a tenant's host or a shared host; a shared host knows only apps with that shared address. */
export function registerApp(app: App, site: SignInSite, apps: readonly App[], baseUrl: string): AppRegistration {
  const { home, origins } = site.kind === 'tenant' ? atTenant(app, site, apps, baseUrl) : atShared(app, site.origin)
  const places = app.kind === 'native' && origins.length > 0 ? nativePlaces(app, origins) : origins
  const at = (paths: readonly string[]) => places.flatMap((place) => paths.map((path) => place + path))
  const ofGateway = app.kind === 'server' && origins.length > 0 ? [site.origin + SIGN_IN_DONE_PATH] : []
  const bridges = app.kind === 'browser' ? at([SIGNED_IN_PATH]) : []
  return {
    redirectUris: [...at(app.callbackPaths), ...bridges, ...ofGateway],
    postLogoutRedirectUris: at(app.postLogoutPaths),
    backchannelLogoutUri: home && app.backchannelLogoutPath ? home + app.backchannelLogoutPath : undefined,
  }
}

/** Claimed https addresses, the loopback interface, and private-use schemes (RFC 8252 7). */
function nativePlaces({ redirectSchemes }: App, origins: readonly string[]): string[] {
  const claimed = origins.filter((origin) => origin.startsWith('https:'))
  return [...claimed, ...LOOPBACK, ...redirectSchemes.map((scheme) => `${scheme}:`)]
}

/** What the policy `form-action` of a page names, so that a form may end at the redirect URI: an origin or a scheme. */
export function formTargetOf(redirectUri: string): string {
  const { origin, protocol } = new URL(redirectUri)
  return origin === 'null' ? protocol : origin
}

type Origins = { home: string | undefined; origins: string[] }

function atShared({ kind, sharedUrl }: App, origin: string): Origins {
  const isAtHome = kind !== 'device' && sharedUrl !== undefined && URL.parse(sharedUrl)?.origin === origin
  return isAtHome ? { home: origin, origins: [origin] } : { home: undefined, origins: [] }
}

/**
 * The app's origin for this tenant, and the origin of the request on a custom host of the tenant: one that is neither
 * under the base domain nor of an app's own host pattern.
 */
function atTenant(app: App, { origin, tenant: { slug } }: TenantSite, apps: readonly App[], baseUrl: string): Origins {
  const home = tenantOrigin(app, slug)
  const base = new URL(baseUrl)
  const isCustom =
    origin !== `${base.protocol}//${slug}.${base.host}` && apps.every((each) => tenantOrigin(each, slug) !== origin)
  return { home, origins: [...(home ? [home] : []), ...(isCustom ? [origin] : [])] }
}

/**
 * Every origin from which this host's apps may call it by script (T-23), so none of native apps. Cached for each host
 * of a catalogue: each sign-in asks.
 */
export function registeredOrigins(site: SignInSite, apps: readonly App[], baseUrl: string): ReadonlySet<string> {
  const known = originsOf.get(apps) ?? new Map<string, ReadonlySet<string>>()
  originsOf.set(apps, known)
  const key = `${site.kind === 'tenant' ? site.tenant.slug : ''} ${site.origin} ${baseUrl}`
  const found = known.get(key)
  if (found) return found
  const origins = new Set(
    apps
      .filter(({ kind }) => kind !== 'native')
      .flatMap((app) => registerApp(app, site, apps, baseUrl).redirectUris.map((uri) => new URL(uri).origin)),
  )
  known.set(key, origins)
  return origins
}
const originsOf = new WeakMap<readonly App[], Map<string, ReadonlySet<string>>>()

/** Whether an app has this origin: on its shared host, or on the host of any tenant, known or not. */
export function isAppOrigin(apps: readonly App[], origin: string): boolean {
  const labels = URL.parse(origin)?.hostname.split('.') ?? []
  return apps.some(
    (app) =>
      (app.sharedUrl !== undefined && URL.parse(app.sharedUrl)?.origin === origin) ||
      labels.some((label) => tenantOrigin(app, label) === origin),
  )
}

export function tenantOrigin(app: App, slug: string): string | undefined {
  return URL.parse(app.tenantUrl.replace('{tenant}', slug))?.origin
}
