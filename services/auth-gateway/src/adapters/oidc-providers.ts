import type { IncomingMessage } from 'node:http'
import { LRUCache } from 'lru-cache'
import Provider, { type KoaContextWithOIDC } from 'oidc-provider'
import { INTERACTION } from '../domain/session-limits.ts'
import { namespaceOf, type TenantSite } from '../domain/site.ts'
import type {
  ArtefactSpaces,
  Artefacts,
  Attempt,
  AttemptResult,
  Clock,
  OpenIdProvider,
  OpenIdProviders,
  Registry,
  Roster,
} from '../ports.ts'
import { burnRefusedCodes } from './burn-refused-codes.ts'
import { oidcConfiguration } from './oidc-configuration.ts'
import { findLogin, notedHomes, notingSessionHomes, SESSION_HOMES } from './oidc-login.ts'
import { endSession, listSessions, notingBrowserNames } from './oidc-sessions.ts'
import { availableArtefacts } from './oidc-unavailable.ts'
import type { PlatformKeys } from './postgres-platform-keys.ts'

const BINDING = 'InteractionBrowser'
const RESUME = /^\/authorize\/([\w-]{1,64})$/

type Parts = {
  baseUrl: string
  registry: Registry
  roster: Roster
  artefacts: ArtefactSpaces
  keys: () => Promise<PlatformKeys>
  clock: Clock
  /** A fault inside the provider, which answers the browser itself. */
  onFault: (error: Error) => void
}

/** One OpenID Provider for each tenant on each of its hosts, made when first asked for, kept while in use. */
export function oidcProviders(parts: Parts): OpenIdProviders {
  const providers = new LRUCache<string, OpenIdProvider>({ max: 1_000 })
  const noted = notedHomes()
  return async (site) => {
    const keys = await parts.keys()
    // The slug and name stand in tokens and pages: a renamed tenant gets a new instance over the same state.
    const key = JSON.stringify([site.tenant, site.origin, keys.version])
    const known = providers.get(key)
    if (known) return known
    const made = makeProvider({ ...parts, noted }, site, keys)
    providers.set(key, made)
    return made
  }
}

function makeProvider(parts: Parts & { noted: ReturnType<typeof notedHomes> }, site: TenantSite, keys: PlatformKeys): OpenIdProvider {
  const homes = parts.artefacts(SESSION_HOMES)
  const artefacts = notingSessionHomes(parts.artefacts(namespaceOf(site)), { homes, noted: parts.noted, tenantId: site.tenant.id })
  const browsers = new WeakMap<IncomingMessage, string>()
  const bindToBrowser = async (ctx: KoaContextWithOIDC, id: string) => {
    const browser = browsers.get(ctx.req)
    if (browser) await artefacts.save({ kind: BINDING, id, payload: { browser }, ttl: INTERACTION })
  }
  const provider = new Provider(`${site.origin}/auth`, oidcConfiguration({ ...parts, site, artefacts, keys, bindToBrowser }))
  provider.proxy = true // the caller sets the forwarded headers from the resolved host
  provider.use(async (ctx, next) => {
    await next()
    if (ctx.status === 503) ctx.set('retry-after', '2')
  })
  provider.use(burnRefusedCodes(artefacts))
  provider.use(notingBrowserNames(availableArtefacts(artefacts)))
  provider.on('server_error', (_ctx, error) => parts.onFault(error))
  const callback = provider.callback()

  return {
    async handle(request, response, { path, browser }) {
      const resumed = RESUME.exec(path)?.[1]
      // The resume cookie has a path and could be planted by a sibling host; the `__Host-` cookie could not (T-21).
      if (resumed && !(await isSameBrowser(artefacts, resumed, browser))) request.headers.cookie = ''
      if (browser) browsers.set(request, browser)
      await callback(request, response)
    },
    async findAttempt(request, response, browser) {
      const details = await provider.interactionDetails(request, response).catch(() => undefined)
      if (!details || !(await isSameBrowser(artefacts, details.uid, browser))) return undefined
      const client = await provider.Client.find(String(details.params.client_id))
      return client && toAttempt(details, client.clientName ?? client.clientId)
    },
    listSessions: (accountId) => listSessions(artefacts, accountId),
    endSession: (accountId, uid) => endSession(provider, artefacts, accountId, uid),
    findLogin: (...exchange) => findLogin(provider, homes, site.tenant.id, exchange),
    endAttempt: (request, response, _attempt, result) =>
      provider.interactionResult(request, response, toResult(result, parts.clock()), {
        mergeWithLastSubmission: result.kind !== 'refused',
      }),
  }
}

async function isSameBrowser(artefacts: Artefacts, interaction: string, browser: string | undefined): Promise<boolean> {
  const bound = await artefacts.find(BINDING, interaction)
  return browser !== undefined && bound?.payload.browser === browser
}

type Details = Awaited<ReturnType<Provider['interactionDetails']>>

function toAttempt({ uid, prompt, params, session }: Details, clientName: string): Attempt {
  const text = (value: unknown) => (typeof value === 'string' && value.length <= 320 ? value : undefined)
  return {
    uid,
    prompt: prompt.name,
    reasons: prompt.reasons,
    clientId: String(params.client_id),
    clientName,
    redirectOrigin: new URL(String(params.redirect_uri)).origin,
    loginHint: text(params.login_hint),
    domainHint: text(params.domain_hint),
    accountId: session?.accountId,
  }
}

/** Members named like prompts mark them as answered; one sign-in answers all that may be asked for. */
function toResult(result: AttemptResult, now: number) {
  if (result.kind === 'refused') return { error: 'access_denied', error_description: 'the person may not use this app, or cancelled' }
  if (result.kind === 'resolved') return { consent: {}, admission: {} }
  return { login: { accountId: result.accountId, amr: result.amr, ts: now }, select_account: {}, consent: {} }
}
