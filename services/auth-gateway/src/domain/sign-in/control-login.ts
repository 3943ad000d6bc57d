import type { App } from '@jackfield/contract/app'
import { z } from 'zod'
import { tenantOrigin } from '../app-registration.ts'
import type { SignInAccount, TenantSite } from '../site.ts'
import { CALLBACK_PATH } from './pending-login.ts'

/**
 * A sign-in to Control that is at Microsoft now. Stored under its state; bound to Control's host, the browser and the
 * account (T-10).
 */
export const ControlLogin = z.object({
  verifier: z.string(),
  nonce: z.string(),
  tenantId: z.string(),
  /** Host by which the tenant and its accounts are read again. */
  host: z.string(),
  accountId: z.string(),
  /** Origin of Control. */
  origin: z.string(),
  redirectUri: z.string(),
  returnTo: z.string(),
  /** Hash of the browser's cookie. */
  browser: z.string(),
})
export type ControlLogin = z.infer<typeof ControlLogin>

/** Answers come to the same callback as people's; this prefix of `state` distinguishes them. */
const STATE_PREFIX = 'control.'
export const controlState = (random: string): string => STATE_PREFIX + random
export const isControlState = (state: string | null): state is string => state?.startsWith(STATE_PREFIX) === true

/**
 * Chooses a redirect URI that is registered anyway (S19): the platform's, or in `per-app` mode that of an app on the
 * tenant's host. That host redirects the answer to Control, so Control needs no redirect URI of its own. Undefined
 * while the catalogue has no app.
 */
export function controlRedirectUri(
  mode: SignInAccount['redirectMode'],
  site: TenantSite,
  apps: readonly App[],
  baseUrl: string,
) {
  if (mode === 'single') return baseUrl + CALLBACK_PATH
  const candidates = apps.flatMap((app) => {
    const origin = tenantOrigin(app, site.tenant.slug)
    return origin === undefined ? [] : [{ origin, clientId: app.clientId }]
  })
  const chosen = candidates.find(({ origin }) => origin === site.origin) ?? candidates[0]
  return chosen && `${chosen.origin}${CALLBACK_PATH}/${chosen.clientId}`
}

/** Reads a slug, or an address as people copy it, as a host. Custom hosts are on the platform's port. */
export function readTenantHost(text: string, baseUrl: string): string {
  const base = new URL(baseUrl)
  const host = text.replace(/^https?:\/\//, '').replace(/[/?#].*$/, '')
  if (/^[a-z0-9-]+$/.test(host)) return `${host}.${base.host}`
  return base.port !== '' && !host.includes(':') ? `${host}:${base.port}` : host
}
