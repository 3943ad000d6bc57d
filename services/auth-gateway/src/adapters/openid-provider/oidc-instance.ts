import type { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import Provider, { type KoaContextWithOIDC } from 'oidc-provider'
import type { SignInSite } from '../../domain/site.ts'
import { startPages } from '../../domain/start-pages.ts'
import type {
  Clock,
  LogoutNotices,
  Look,
  MicrosoftSessions,
  PersonSessions,
  RecordSpaces,
  Records,
  Registry,
  Roster,
} from '../../ports.ts'
import type { PlatformKeys } from '../platform-keys.ts'
import { accessTokenReader, structuredTokens } from './access-tokens.ts'
import {
  acceptLooseForms,
  answerAsObjectAsks,
  burnRefusedCodes,
  CLIENT_ENDPOINTS,
  strictClientRequests,
} from './client-requests.ts'
import { compareHashedSecrets } from './client-secrets.ts'
import type { LostAnswers } from './lost-answers.ts'
import { bindToBrowser, findLostAttempt, resumedAttempt } from './oidc-attempts.ts'
import { oidcConfiguration } from './oidc-configuration.ts'
import { markEnded, noticesOf } from './oidc-sessions.ts'
import { answeringOutages, availableRecords, orUnavailable } from './outages.ts'
import { asOneUnit, describeForApps, on } from './provider-middleware.ts'
import type { MakeProviderPages } from './provider-pages.ts'
import { deriveSuccessors } from './refresh-grace.ts'

export type InstanceParts = {
  baseUrl: string
  registry: Registry
  roster: Roster
  records: RecordSpaces
  logoutNotices: Pick<LogoutNotices, 'add'>
  microsoftSessions: Pick<MicrosoftSessions, 'note'>
  personSessions: PersonSessions
  pagesOf: MakeProviderPages
  clock: Clock
  lostAnswers: LostAnswers
  /** Reports a fault inside the provider, which answers the browser itself. */
  onFault: (error: Error) => void
}

/** What the route knows of a request in flight. */
type Visit = { browser: string | undefined; browsers: readonly string[]; look: () => Look }
type Client = InstanceType<Provider['Client']>
type Kept = { exp?: number; uid: string; persist(): Promise<unknown>; destroy(): Promise<void> }

export type Instance = ReturnType<typeof makeInstance>

/** Sets up oidc-provider for one site: configuration, patches of its models, middleware around its endpoints. */
export function makeInstance(parts: InstanceParts, site: SignInSite, keys: PlatformKeys, records: Records) {
  const visits = new WeakMap<IncomingMessage, Visit>()
  const wrongCodes = new WeakSet<IncomingMessage>()
  const pages = parts.pagesOf(site, {
    lookOf: (request) => visits.get(request)?.look(),
    async waysOnOf(ctx) {
      const attempt = resumedAttempt(ctx.path)
      const lost = attempt ? await findLostAttempt(records, attempt, visits.get(ctx.req)?.browsers ?? []) : undefined
      const apps = await parts.registry.listApps()
      return { startPages: startPages(site, apps, parts.baseUrl), next: lost?.kind === 'own' ? lost.again : undefined }
    },
    onWrongUserCode: (ctx) => void wrongCodes.add(ctx.req),
  })
  const available = availableRecords(records, parts.lostAnswers.noteOutage)
  const bindRequest = async (ctx: KoaContextWithOIDC, attempt: string) => {
    const browser = visits.get(ctx.req)?.browser
    if (browser) await bindToBrowser(available, attempt, browser)
  }
  const provider = new Provider(
    `${site.origin}/auth`,
    oidcConfiguration({
      ...parts,
      site,
      records,
      audit: parts.records.audit,
      keys,
      bindToBrowser: bindRequest,
      pages,
    }),
  )
  // Notices are stored and sent in the background, so that an app which does not answer delays no sign-out (T-61).
  Object.assign(provider.Client.prototype, {
    backchannelLogout(this: Client, accountId: string, sid: string) {
      return parts.logoutNotices.add(noticesOf(this, provider.issuer, site, accountId, sid))
    },
  })
  // After an error the library writes a form's secret to the session, even to one that has not begun: such a session is
  // not saved.
  const { persist, destroy } = provider.Session.prototype as unknown as Kept
  Object.assign(provider.Session.prototype, {
    async persist(this: Kept) {
      if (typeof this.exp === 'number') await persist.call(this)
    },
    async destroy(this: Kept) {
      await markEnded(available, this.uid)
      await destroy.call(this)
      await orUnavailable(parts.personSessions.remove(this.uid))
    },
  })
  deriveSuccessors(provider)
  compareHashedSecrets(provider)
  provider.on('backchannel.error', (_ctx, error) => parts.onFault(error))
  provider.proxy = true // openid-provider.ts sets the forwarded headers from the resolved host
  const readAccessToken = accessTokenReader(site, keys.tokenKeys)
  provider.use(answeringOutages(pages.error))
  provider.use(
    on(
      /^\/(?:authorize|device|token)(?:\/|$)/,
      asOneUnit({ ...parts, spaces: parts.records, records: available, showError: pages.error }),
    ),
  )
  provider.use(on(/^\/\.well-known\//, describeForApps))
  provider.use(on(/^\/authorize$/, answerAsObjectAsks))
  provider.use(on(CLIENT_ENDPOINTS, strictClientRequests))
  provider.use(on(CLIENT_ENDPOINTS, acceptLooseForms(provider)))
  provider.use(on(/^\/token$/, burnRefusedCodes(available)))
  provider.use(
    on(/^\/(?:introspect|revoke)$/, structuredTokens({ ...parts, site, records: available, readAccessToken })),
  )
  provider.on('server_error', (_ctx, error) => parts.onFault(error))
  // Without a listener the library writes every aborted request body to the console.
  ;(provider as EventEmitter).on('error', (error: Error) => {
    if (!hasHungUp(error) && !isAnswer(error)) parts.onFault(error)
  })
  return { provider, callback: provider.callback(), visits, wrongCodes }
}

/** An error that carries its own response, for example a 503; the client may have disconnected. */
function isAnswer(error: Error): boolean {
  return 'expose' in error && error.expose === true
}

function hasHungUp(error: Error): boolean {
  return (
    'code' in error &&
    /^(ECONNRESET|EPIPE|ECONNABORTED|ERR_HTTP_REQUEST_TIMEOUT|ERR_STREAM_PREMATURE_CLOSE|HPE_\w+)$/.test(
      String(error.code),
    )
  )
}
