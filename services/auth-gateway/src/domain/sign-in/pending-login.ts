import { z } from 'zod'

/** A sign-in that is at Microsoft now. Stored under its state; bound to browser, host and account (T-10). */
export const PendingLogin = z.object({
  verifier: z.string(),
  nonce: z.string(),
  tenantId: z.string(),
  accountId: z.string(),
  origin: z.string(),
  redirectUri: z.string(),
  interaction: z.string(),
  /** Client and origin to return to. */
  clientId: z.string(),
  returnOrigin: z.string(),
  /** Hash of the browser's cookie. */
  browser: z.string(),
  /** `ui_locales` of the request, for pages after Microsoft. */
  uiLocales: z.string().optional(),
  /** On a shared host: app or person has chosen the tenant already. */
  isTenantChosen: z.boolean().default(false),
})
export type PendingLogin = z.infer<typeof PendingLogin>

/** `tenantId` is set on a tenant's host only. */
type Delivery = { tenantId: string | undefined; origin: string; browser: string | undefined; path: string }

/** True when an answer arrives at the host, browser and path that its request named. */
export function isDeliveredRight(pending: PendingLogin, delivery: Delivery): boolean {
  if (pending.origin !== delivery.origin || pending.tenantId !== (delivery.tenantId ?? pending.tenantId)) return false
  if (delivery.browser === undefined || pending.browser !== delivery.browser) return false
  // `single` mode: the platform's host redirects the answer to the plain path of the tenant's host.
  const { origin, pathname } = new URL(pending.redirectUri)
  return delivery.path === (origin === pending.origin ? pathname : CALLBACK_PATH)
}

export const CALLBACK_PATH = '/auth/microsoft/callback'

/** The redirect URI registered at Entra ID for this sign-in. */
export function redirectUriFor(mode: 'single' | 'per-app', baseUrl: string, origin: string, clientId: string): string {
  return mode === 'single' ? baseUrl + CALLBACK_PATH : `${origin}${CALLBACK_PATH}/${clientId}`
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
