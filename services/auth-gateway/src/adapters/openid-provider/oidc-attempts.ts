import type Provider from 'oidc-provider'
import { formTargetOf } from '../../domain/app-registration.ts'
import { INTERACTION } from '../../domain/lifetimes.ts'
import { ACR } from '../../domain/sign-in/token-claims.ts'
import type { SignInSite } from '../../domain/site.ts'
import type { Attempt, AttemptResult, Records } from '../../ports.ts'

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
