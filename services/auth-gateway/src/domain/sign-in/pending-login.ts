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
  /** The app that waits, and where it is. */
  clientId: z.string(),
  returnOrigin: z.string(),
  /** Hash of the browser's cookie. */
  browser: z.string(),
  /** The languages the app asked for: the pages after Microsoft speak them too. */
  uiLocales: z.string().optional(),
  /** On a shared host: the app or the person named the tenant, so that nothing is left to choose. */
  isTenantChosen: z.boolean().default(false),
})
export type PendingLogin = z.infer<typeof PendingLogin>

/** `tenantId` on a tenant's host alone. */
type Delivery = { tenantId: string | undefined; origin: string; browser: string | undefined; path: string }

/** Whether an answer came back where its question was asked: same host, same browser, same address. */
export function isDeliveredRight(pending: PendingLogin, delivery: Delivery): boolean {
  if (pending.origin !== delivery.origin || pending.tenantId !== (delivery.tenantId ?? pending.tenantId)) return false
  if (delivery.browser === undefined || pending.browser !== delivery.browser) return false
  // `single` mode: the platform host takes the answer and hands it on to the plain path of the tenant's host.
  const { origin, pathname } = new URL(pending.redirectUri)
  return delivery.path === (origin === pending.origin ? pathname : CALLBACK_PATH)
}

export const CALLBACK_PATH = '/auth/microsoft/callback'

/** The redirect URI registered at Entra ID for this sign-in. */
export function redirectUriFor(mode: 'single' | 'per-app', baseUrl: string, origin: string, clientId: string): string {
  return mode === 'single' ? baseUrl + CALLBACK_PATH : `${origin}${CALLBACK_PATH}/${clientId}`
}

const ANSWER_MEMBERS = ['code', 'state', 'session_state', 'error', 'error_description', 'error_uri', 'error_subcode', 'iss'] as const

/** The members of an authorization response, each once and bounded; everything else is left behind. */
export function readAnswer(query: Readonly<Record<string, unknown>>): URLSearchParams {
  const answer = new URLSearchParams()
  for (const name of ANSWER_MEMBERS) {
    const value = query[name]
    if (typeof value === 'string' && value.length <= 8_192) answer.set(name, value)
  }
  return answer
}
