import type { App } from '@jackfield/contract/tenants/app'
import { z } from 'zod'
import { tenantOrigin } from '../app-registration.ts'
import type { SignInAccount, TenantSite } from '../site.ts'

const members = {
  verifier: z.string(),
  nonce: z.string(),
  tenantId: z.string(),
  accountId: z.string(),
  /** Origin on which the sign-in began and ends: a tenant's, a shared host's or Control's. */
  origin: z.string(),
  redirectUri: z.string(),
  /** Hash of one of the browser's cookies. */
  browser: z.string(),
}

/** A sign-in that is at Microsoft now. Stored under its state; bound to browser, host and account (T-10). */
export const PendingLogin = z.discriminatedUnion('purpose', [
  z.object({
    purpose: z.literal('app'),
    ...members,
    interaction: z.string(),
    clientId: z.string(),
    returnOrigin: z.string(),
    /** `ui_locales` of the request, for pages after Microsoft. */
    uiLocales: z.string().optional(),
    /** On a shared host: app or person has chosen the tenant already. */
    isTenantChosen: z.boolean().default(false),
  }),
  z.object({ purpose: z.literal('control'), ...members, returnTo: z.string() }),
])
export type PendingLogin = z.infer<typeof PendingLogin>
export type ControlLogin = Extract<PendingLogin, { purpose: 'control' }>

/** `tenantId` is set on a tenant's host only. */
type Sender = { tenantId: string | undefined; origin: string; browsers: readonly string[] }

/** True for a request of the browser that began the login, on the host where it began. */
export function isOfSender(login: PendingLogin, { tenantId, origin, browsers }: Sender): boolean {
  if (login.origin !== origin || login.tenantId !== (tenantId ?? login.tenantId)) return false
  return browsers.includes(login.browser)
}

/** Where a login continues once its answer was used: with its attempt, or in Control. */
export function nextOf(login: PendingLogin): string {
  return login.origin + (login.purpose === 'app' ? `/auth/interaction/${login.interaction}` : login.returnTo)
}

/** True when an answer arrives at the host, browser and path that its request named. */
export function isDeliveredRight(login: PendingLogin, delivery: Sender & { path: string }): boolean {
  // A redirect URI of another host: that host redirects the answer to the plain path of this one.
  const { origin, pathname } = new URL(login.redirectUri)
  return isOfSender(login, delivery) && delivery.path === (origin === login.origin ? pathname : CALLBACK_PATH)
}

export const CALLBACK_PATH = '/auth/microsoft/callback'

export function redirectUriFor(mode: SignInAccount['redirectMode'], baseUrl: string, origin: string, clientId: string) {
  return mode === 'single' ? baseUrl + CALLBACK_PATH : `${origin}${CALLBACK_PATH}/${clientId}`
}

/**
 * Redirect URI for a sign-in to Control, one that is registered anyway (S19): the platform's, or in `per-app` mode an
 * app's on the tenant's host, which redirects the answer to Control. Undefined while the catalogue has no app.
 */
export function controlRedirectUri(
  mode: SignInAccount['redirectMode'],
  site: TenantSite,
  apps: readonly App[],
  baseUrl: string,
): string | undefined {
  if (mode === 'single') return baseUrl + CALLBACK_PATH
  const candidates = apps.flatMap((app) => {
    const origin = tenantOrigin(app, site.tenant.slug)
    return origin === undefined ? [] : [{ origin, clientId: app.clientId }]
  })
  const chosen = candidates.find(({ origin }) => origin === site.origin) ?? candidates[0]
  return chosen && redirectUriFor(mode, baseUrl, chosen.origin, chosen.clientId)
}

/** Prefix of Control's states: its pending logins are stored as a kind of their own. */
const CONTROL_PREFIX = 'control.'
export const stateFor = (purpose: PendingLogin['purpose'], random: string): string =>
  purpose === 'control' ? CONTROL_PREFIX + random : random
export const isControlState = (state: string): boolean => state.startsWith(CONTROL_PREFIX)

/** Reads a slug, or an address as people copy it, as a host. Custom hosts are on the platform's port. */
export function readTenantHost(text: string, baseUrl: string): string {
  const base = new URL(baseUrl)
  const host = text.replace(/^https?:\/\//, '').replace(/[/?#].*$/, '')
  if (/^[a-z0-9-]+$/.test(host)) return `${host}.${base.host}`
  return base.port !== '' && !host.includes(':') ? `${host}:${base.port}` : host
}

const ANSWER_MEMBERS = [
  'code',
  'state',
  'session_state',
  'error',
  'error_description',
  'error_uri',
  'error_subcode',
  'iss',
] as const

/** Parameters of an authorization response, each once and of limited length; others are dropped. */
export function readAnswer(query: Readonly<Record<string, unknown>>): URLSearchParams {
  const answer = new URLSearchParams()
  for (const name of ANSWER_MEMBERS) {
    const value = query[name]
    if (typeof value === 'string' && value.length <= 8_192) answer.set(name, value)
  }
  return answer
}
