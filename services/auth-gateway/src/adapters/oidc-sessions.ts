import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { readAccountId, subjectOf } from '../domain/account-id.ts'
import { type BrowserName, nameBrowser } from '../domain/browser-name.ts'
import type { LogoutNotice } from '../domain/logout-notice.ts'
import type { PersonSession } from '../domain/own-sessions.ts'
import { INTERACTION, SESSION_ABSOLUTE } from '../domain/session-limits.ts'
import type { SignInSite } from '../domain/site.ts'
import { microsoftSessions } from '../microsoft-sessions.ts'
import { personHosts } from '../person-hosts.ts'
import type { Artefact, ArtefactSpaces, Artefacts, LogoutNotices } from '../ports.ts'

const BROWSER_NAME = 'SessionBrowserName'
const ENDED = 'EndedSession'

import { orUnavailable } from './oidc-unavailable.ts'

/** Sessions are found by person the way tokens are found by grant. */
export const personIndex = (accountId: string) => `person ${accountId}`

/** Notes in which browser a session's login happened, for its owner's eyes. */
export function notingBrowserNames(artefacts: Artefacts) {
  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>) => {
    await next()
    const { session, result } = ctx.oidc ?? {}
    if (!session?.accountId || !result?.login) return
    const payload = nameBrowser(ctx.req.headers['user-agent'])
    await artefacts.save({ kind: BROWSER_NAME, id: session.uid, payload, ttl: SESSION_ABSOLUTE })
  }
}

/** Notes on which session at Microsoft a login rests, so that both can end together. */
export function notingMicrosoftSessions(spaces: ArtefactSpaces, site: SignInSite) {
  const sessions = microsoftSessions(spaces)
  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>) => {
    await next()
    const { session, result } = ctx.oidc ?? {}
    const { sid } = (result?.microsoft ?? {}) as { sid?: string }
    if (session?.accountId && result?.login && sid) await orUnavailable(sessions.note(sid, site, session.accountId, session.uid))
  }
}

/** Notes where a person signed in, so that the roster's word can end it (S45). */
export function notingPersonHosts(spaces: ArtefactSpaces, site: SignInSite) {
  const hosts = personHosts(spaces)
  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>) => {
    await next()
    const { session, result } = ctx.oidc ?? {}
    const person = session?.accountId && result?.login ? readAccountId(site, session.accountId) : undefined
    if (person) await orUnavailable(hosts.note(site.origin, person))
  }
}

export async function listSessions(artefacts: Artefacts, accountId: string): Promise<PersonSession[]> {
  const found = await artefacts.findByGrant(personIndex(accountId))
  const sessions = found.map(({ payload }) => payload as Stored).filter((session) => session.accountId === accountId)
  return Promise.all(
    sessions.map(async ({ uid, loginTs, iat, authorizations = {} }) => {
      const noted = await artefacts.find(BROWSER_NAME, uid)
      const browser = (noted?.payload ?? {}) as BrowserName
      return { uid, loginAt: loginTs ?? 0, usedAt: iat ?? loginTs ?? 0, browser, clientIds: Object.keys(authorizations) }
    }),
  )
}

type SessionHolder = { provider: Provider; artefacts: Artefacts; logoutNotices: Pick<LogoutNotices, 'add'>; site: SignInSite }

/**
 * Ends one login and every token that came of it. The mark comes first, then the session: refresh tokens are worth nothing without
 * it, and a request under way that saves it once more finds the mark.
 */
export async function endSession(
  { provider, artefacts, logoutNotices, site }: SessionHolder,
  accountId: string,
  uid: string,
): Promise<boolean> {
  const session = await provider.Session.findByUid(uid)
  if (session?.accountId !== accountId) return false
  await artefacts.save({ kind: ENDED, id: uid, payload: {}, ttl: INTERACTION })
  await artefacts.removeByUid('Session', uid)
  await artefacts.remove(BROWSER_NAME, uid)
  for (const [clientId, { sid }] of Object.entries(session.authorizations ?? {})) {
    const client = sid ? await provider.Client.find(clientId) : undefined
    if (client && sid) await logoutNotices.add(noticesOf(client, provider.issuer, subjectOf(site, accountId), sid))
  }
  for (const { grantId, persistsLogout } of Object.values(session.authorizations ?? {})) {
    if (!grantId || persistsLogout) continue
    await artefacts.removeByGrant(grantId)
    await artefacts.remove('Grant', grantId)
  }
  return true
}

/** Whom to tell that a session of the app has ended: nobody, when it has no address for that. */
export function noticesOf(client: Informed, issuer: string, sub: string, sid: string): LogoutNotice[] {
  const { clientId, backchannelLogoutUri: url } = client
  return url === undefined ? [] : [{ issuer, clientId, url, sub, sid }]
}
type Informed = { clientId: string; backchannelLogoutUri?: string | undefined }

/** Asked after a session was saved: whoever holds an ended one cannot save it back to life with requests at the right moment. */
export async function buryIfEnded(artefacts: Artefacts, { id, payload }: Artefact): Promise<void> {
  if (typeof payload.uid === 'string' && (await artefacts.find(ENDED, payload.uid))) await artefacts.remove('Session', id)
}

type Stored = { uid: string; accountId?: string; loginTs?: number; iat?: number; authorizations?: Record<string, unknown> }
