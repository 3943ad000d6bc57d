import type Provider from 'oidc-provider'
import { formTargetOf } from '../../domain/app-registration.ts'
import { INTERACTION, PENDING_LOGIN } from '../../domain/lifetimes.ts'
import { ACR } from '../../domain/sign-in/token-claims.ts'
import type { SignInSite } from '../../domain/site.ts'
import type { Attempt, AttemptResult, LostAttempt, Records } from '../../ports.ts'

const BINDING = 'InteractionBrowser'
const RESUME = /^\/(?:authorize|device)\/([\w-]{1,64})$/

/** The attempt that a path of the provider resumes. */
export function resumedAttempt(path: string): string | undefined {
  return RESUME.exec(path)?.[1]
}

/** Binds an attempt to the browser that began it, as the hash of the browser's cookie. */
export async function bindToBrowser(records: Records, attempt: string, browser: string): Promise<void> {
  await records.save({ kind: BINDING, id: attempt, payload: { browser }, ttl: INTERACTION })
}

/** The hash of the cookie that an attempt is bound to, if it is among those of this browser. */
export async function findOwnBrowser(
  records: Records,
  attempt: string,
  browsers: readonly string[],
): Promise<string | undefined> {
  const bound = await records.find(BINDING, attempt)
  return browsers.find((browser) => browser === bound?.payload.browser)
}

const ENDED = 'EndedAttempt'

/**
 * Removes an attempt that is resumed: of two requests that do so at once, one goes on. Its request is kept for a while
 * (T-132).
 */
export async function removeAttempt(records: Records, attempt: string): Promise<void> {
  const found = await records.find('Interaction', attempt)
  const again = found && againOf(found.payload)
  if (again) await records.save({ kind: ENDED, id: attempt, payload: { again }, ttl: PENDING_LOGIN })
  await records.removeOnce('Interaction', attempt)
}

export async function findLostAttempt(
  records: Records,
  attempt: string,
  browsers: readonly string[],
): Promise<LostAttempt> {
  if (!(await records.find(BINDING, attempt))) return { kind: 'unknown' }
  if (!(await findOwnBrowser(records, attempt, browsers))) return { kind: 'foreign' }
  const [open, ended] = await Promise.all([records.find('Interaction', attempt), records.find(ENDED, attempt)])
  const again = open ? againOf(open.payload) : ended?.payload.again
  return { kind: 'own', again: typeof again === 'string' ? again : undefined }
}

/** The authorization request of an attempt as a path, without the ID token that no address may have. */
function againOf({ params, deviceCode }: Record<string, unknown>): string | undefined {
  if (deviceCode !== undefined) return '/auth/device'
  const texts = Object.entries((params ?? {}) as Record<string, unknown>).filter(
    (each): each is [string, string] => typeof each[1] === 'string' && each[0] !== 'id_token_hint',
  )
  return texts.length > 0 ? `/auth/authorize?${new URLSearchParams(texts)}` : undefined
}

type Details = Awaited<ReturnType<Provider['interactionDetails']>>

export function toAttempt(
  { uid, prompt, params, session, deviceCode }: Details,
  clientName: string,
  site: SignInSite,
  browser: string,
): Attempt {
  const text = (value: unknown) => (typeof value === 'string' && value.length <= 320 ? value : undefined)
  return {
    uid,
    browser,
    prompt: prompt.name,
    reasons: prompt.reasons,
    clientId: String(params.client_id),
    clientName,
    redirectOrigin: params.redirect_uri === undefined ? site.origin : formTargetOf(String(params.redirect_uri)),
    isOfForm: deviceCode !== undefined,
    loginHint: text(params.login_hint),
    domainHint: text(params.domain_hint),
    tenantHint: text(params.tenant),
    accountId: session?.accountId,
    uiLocales: text(params.ui_locales),
  }
}

/** A member named like a prompt marks that prompt as answered; one sign-in answers all of them. */
export function toResult(result: AttemptResult, now: number) {
  if (result.kind === 'refused')
    return { error: 'access_denied', error_description: 'the person may not use this app, or cancelled' }
  if (result.kind === 'resolved') return { consent: {}, admission: {} }
  const { accountId, amr, microsoftSid } = result
  return {
    login: { accountId, acr: ACR, ...(amr.length > 0 && { amr }), ts: now },
    select_account: {},
    consent: {},
    ...(microsoftSid && { microsoft: { sid: microsoftSid } }),
  }
}
