import type { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { LRUCache } from 'lru-cache'
import Provider, { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { INTERACTION } from '../../domain/session-limits.ts'
import { homeOf, namespaceOf, type SignInSite } from '../../domain/site.ts'
import type {
  ArtefactSpaces,
  Artefacts,
  Attempt,
  AttemptResult,
  Clock,
  LogoutNotices,
  Look,
  MicrosoftSessions,
  OpenIdProvider,
  OpenIdProviders,
  PersonHosts,
  Registry,
  Roster,
} from '../../ports.ts'
import { AlreadyUsedError } from '../artefacts/unit-of-work.ts'
import type { PlatformKeys } from '../platform-keys/postgres-platform-keys.ts'
import { accessTokenReader } from './access-token.ts'
import { burnRefusedCodes } from './burn-refused-codes.ts'
import { acceptEmptySecrets } from './empty-client-secrets.ts'
import { oidcConfiguration } from './oidc-configuration.ts'
import { findLogin, notedHomes, notingSessionHomes, recentLogins, SESSION_HOMES, type SessionMemory } from './oidc-login.ts'
import { endSession, listSessions, noticesOf, notingLogins } from './oidc-sessions.ts'
import { availableArtefacts, orAbsent, orUnavailable } from './oidc-unavailable.ts'
import type { MakeProviderPages, ProviderPages } from './provider-pages.ts'
import { deriveSuccessors } from './refresh-grace.ts'
import { strictClientRequests } from './strict-client-requests.ts'
import { structuredTokens } from './structured-tokens.ts'

const BINDING = 'InteractionBrowser'
/** Where clients say who they are. */
const NAMING_CLIENTS = /^\/(?:token|par|introspect|revoke|device_authorization)$/
const RESUME = /^\/(?:authorize|device)\/([\w-]{1,64})$/

type Parts = {
  baseUrl: string
  registry: Registry
  roster: Roster
  artefacts: ArtefactSpaces
  keys: () => Promise<PlatformKeys>
  logoutNotices: Pick<LogoutNotices, 'add'>
  microsoftSessions: Pick<MicrosoftSessions, 'note'>
  personHosts: Pick<PersonHosts, 'note'>
  pagesOf: MakeProviderPages
  clock: Clock
  /** A fault inside the provider, which answers the browser itself. */
  onFault: (error: Error) => void
}

/** An instance of the library takes a quarter of a megabyte and half a millisecond to make. */
const MOST_INSTANCES = 250

/**
 * One OpenID Provider for each tenant on each of its hosts, and for each shared host, made when first asked for, kept while in use. The library's instance
 * behind it is made for protocol requests only: looking at a session needs none.
 */
export function oidcProviders(parts: Parts): OpenIdProviders {
  const providers = new LRUCache<string, OpenIdProvider>({ max: 2_000 })
  const instances = new LRUCache<string, Instance>({ max: MOST_INSTANCES })
  const memory = { homes: parts.artefacts(SESSION_HOMES), noted: notedHomes(), recent: recentLogins() }
  return async (site) => {
    const keys = await parts.keys()
    // The slug and name stand in tokens and pages: a renamed tenant gets a new instance over the same state.
    const key = JSON.stringify([site.kind === 'tenant' ? site.tenant : 'shared', site.origin, keys.version])
    const known = providers.get(key)
    if (known) return known
    const artefacts = notingSessionHomes(parts.artefacts(namespaceOf(site)), memory, homeOf(site))
    const instance = () => {
      const found = instances.get(key) ?? makeInstance(parts, site, keys, artefacts)
      instances.set(key, found)
      return found
    }
    const made = openIdProvider({ logoutNotices: parts.logoutNotices, clock: parts.clock, site, keys, artefacts, memory, instance })
    providers.set(key, made)
    return made
  }
}

type Client = InstanceType<Provider['Client']>
type Kept = { exp?: number; persist(): Promise<unknown> }

type Instance = ReturnType<typeof makeInstance>

function makeInstance(parts: Parts, site: SignInSite, keys: PlatformKeys, artefacts: Artefacts) {
  const browsers = new WeakMap<IncomingMessage, string>()
  const wrongCodes = new WeakSet<IncomingMessage>()
  const looks = new WeakMap<IncomingMessage, () => Look>()
  const pages = parts.pagesOf(site, {
    lookOf: (request) => looks.get(request)?.(),
    onWrongUserCode: (ctx) => void wrongCodes.add(ctx.req),
  })
  const available = availableArtefacts(artefacts)
  const bindToBrowser = async (ctx: KoaContextWithOIDC, id: string) => {
    const browser = browsers.get(ctx.req)
    if (browser) await available.save({ kind: BINDING, id, payload: { browser }, ttl: INTERACTION })
  }
  const noteLogin = notingLogins(parts, available, site)
  const provider = new Provider(
    `${site.origin}/auth`,
    oidcConfiguration({ ...parts, site, artefacts, keys, bindToBrowser, noteLogin, pages }),
  )
  // Kept and sent in the background: nobody waits for an app that does not answer (T-61).
  Object.assign(provider.Client.prototype, {
    backchannelLogout(this: Client, accountId: string, sid: string) {
      return parts.logoutNotices.add(noticesOf(this, provider.issuer, site, accountId, sid))
    },
  })
  // After an error the library notes a form's secret in the session, also in one that it has not begun: that one is nobody's.
  const { persist } = provider.Session.prototype as Kept
  Object.assign(provider.Session.prototype, {
    async persist(this: Kept) {
      if (typeof this.exp === 'number') await persist.call(this)
    },
  })
  deriveSuccessors(provider, available)
  provider.on('backchannel.error', (_ctx, error) => parts.onFault(error))
  provider.proxy = true // the caller sets the forwarded headers from the resolved host
  const readAccessToken = accessTokenReader(site, keys.tokenKeys)
  provider.use(answeringOutages(pages.error))
  provider.use(on(/^\/(?:authorize|device|token)(?:\/|$)/, asOneUnit(parts.artefacts)))
  provider.use(on(/^\/\.well-known\//, describeForApps))
  provider.use(on(NAMING_CLIENTS, strictClientRequests))
  provider.use(on(NAMING_CLIENTS, acceptEmptySecrets(provider)))
  provider.use(on(/^\/token$/, burnRefusedCodes(available)))
  provider.use(on(/^\/(?:introspect|revoke)$/, structuredTokens({ ...parts, site, artefacts: available, readAccessToken })))
  provider.on('server_error', (_ctx, error) => parts.onFault(error))
  // Without a listener the library writes to the console, of everybody who hangs up in the middle of a body.
  ;(provider as EventEmitter).on('error', (error: Error) => {
    if (!hasHungUp(error) && !isAnswer(error)) parts.onFault(error)
  })
  return { provider, callback: provider.callback(), browsers, looks, wrongCodes }
}

/** An error that says what it answers, a 503 for one, to somebody who may have gone. */
function isAnswer(error: Error): boolean {
  return 'expose' in error && error.expose === true
}

function hasHungUp(error: Error): boolean {
  return (
    'code' in error &&
    /^(ECONNRESET|EPIPE|ECONNABORTED|ERR_HTTP_REQUEST_TIMEOUT|ERR_STREAM_PREMATURE_CLOSE|HPE_\w+)$/.test(String(error.code))
  )
}

type Middleware = (ctx: KoaContextWithOIDC, next: () => Promise<void>) => Promise<void>

/** Stands around the routes below `paths` only; the others go past it. */
function on(paths: RegExp, middleware: Middleware): Middleware {
  return (ctx, next) => (paths.test(ctx.path) ? middleware(ctx, next) : next())
}

/** The request's reads and writes are one unit of work; one that ends in a fault of ours uses nothing up. */
function asOneUnit(artefacts: ArtefactSpaces): Middleware {
  return async (ctx, next) => {
    const work = async () => {
      await next()
      return ctx.status < 500 ? ('done' as const) : ('failed' as const)
    }
    await orUnavailable(artefacts.asOne(work)).catch((error: unknown) => {
      if (!(error instanceof AlreadyUsedError) || ctx.status < 400) throw error
    })
  }
}

/** A store that is down when oidc-provider is done already is answered as it would have: to programs as an OAuth error, to people as a page. */
function answeringOutages(showError: ProviderPages['error']): Middleware {
  return async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      if (!(error instanceof errors.TemporarilyUnavailable)) throw error
      const out = { error: error.error, error_description: error.error_description ?? error.error }
      ctx.remove('location')
      ctx.status = 503
      if (OF_PEOPLE.test(ctx.path)) await showError(ctx, out, error)
      else ctx.body = out
    }
    if (ctx.status === 503) ctx.set('retry-after', '2')
  }
}
const OF_PEOPLE = /^\/(?:authorize|device|logout)(?:\/|$)/

/**
 * What apps are told apart from how the library is set up. On shared hosts `sub` is made of the account id by its means for pairwise
 * subjects; yet every app is told the same one. It reads secrets of clients in order to refuse them; yet no client has one.
 */
async function describeForApps(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  await next()
  if (ctx.oidc?.route !== 'discovery') return
  Object.assign(ctx.body as object, { subject_types_supported: ['public'], token_endpoint_auth_methods_supported: ['none'] })
}

type Holder = {
  logoutNotices: Pick<LogoutNotices, 'add'>
  clock: Clock
  site: SignInSite
  keys: PlatformKeys
  artefacts: Artefacts
  memory: SessionMemory
  instance: () => Instance
}

function openIdProvider({ logoutNotices, clock, site, keys, artefacts, memory, instance }: Holder): OpenIdProvider {
  const place = { namespace: namespaceOf(site), home: homeOf(site), artefacts, cookieSigner: keys.cookieSigner, clock }
  return {
    async handle(request, response, { path, browser, look }) {
      const resumed = RESUME.exec(path)?.[1]
      // The resume cookie has a path and could be planted by a sibling host; the `__Host-` cookie could not (T-21).
      if (resumed && !(await isSameBrowser(artefacts, resumed, browser))) request.headers.cookie = ''
      const { browsers, looks, callback, wrongCodes } = instance()
      looks.set(request, look)
      if (browser) browsers.set(request, browser)
      await callback(request, response)
      return { isWrongUserCode: wrongCodes.has(request) }
    },
    async findAttempt(request, response, browser) {
      const { provider } = instance()
      const details = await orAbsent(provider.interactionDetails(request, response))
      if (!details || !(await isSameBrowser(artefacts, details.uid, browser))) return undefined
      const client = await provider.Client.find(String(details.params.client_id))
      return client && toAttempt(details, client.clientName ?? client.clientId, site)
    },
    listSessions: (accountId) => listSessions(artefacts, accountId),
    endSession: (accountId, uid) => endSession({ provider: instance().provider, artefacts, logoutNotices, site }, accountId, uid),
    findLogin: (cookieHeader) => findLogin(place, memory, cookieHeader),
    endAttempt: (request, response, _attempt, result) =>
      instance().provider.interactionResult(request, response, toResult(result, clock()), {
        mergeWithLastSubmission: result.kind !== 'refused',
      }),
  }
}

async function isSameBrowser(artefacts: Artefacts, interaction: string, browser: string | undefined): Promise<boolean> {
  const bound = await artefacts.find(BINDING, interaction)
  return browser !== undefined && bound?.payload.browser === browser
}

type Details = Awaited<ReturnType<Provider['interactionDetails']>>

function toAttempt({ uid, prompt, params, session, deviceCode }: Details, clientName: string, site: SignInSite): Attempt {
  const text = (value: unknown) => (typeof value === 'string' && value.length <= 320 ? value : undefined)
  return {
    uid,
    prompt: prompt.name,
    reasons: prompt.reasons,
    clientId: String(params.client_id),
    clientName,
    redirectOrigin: params.redirect_uri === undefined ? site.origin : new URL(String(params.redirect_uri)).origin,
    isOfForm: deviceCode !== undefined,
    loginHint: text(params.login_hint),
    domainHint: text(params.domain_hint),
    tenantHint: text(params.tenant),
    accountId: session?.accountId,
    uiLocales: text(params.ui_locales),
  }
}

/** Members named like prompts mark them as answered; one sign-in answers all that may be asked for. */
function toResult(result: AttemptResult, now: number) {
  if (result.kind === 'refused') return { error: 'access_denied', error_description: 'the person may not use this app, or cancelled' }
  if (result.kind === 'resolved') return { consent: {}, admission: {} }
  const { accountId, amr, microsoftSid } = result
  return { login: { accountId, amr, ts: now }, select_account: {}, consent: {}, ...(microsoftSid && { microsoft: { sid: microsoftSid } }) }
}
