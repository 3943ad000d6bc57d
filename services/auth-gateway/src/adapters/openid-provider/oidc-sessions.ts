import Provider from 'oidc-provider'
import { INTERACTION, SESSION_ABSOLUTE } from '../../domain/lifetimes.ts'
import type { LogoutNotice } from '../../domain/logout-notice.ts'
import { type BrowserName, nameBrowser, type PersonSession } from '../../domain/own-sessions.ts'
import { readAccountId, subjectOf } from '../../domain/sign-in/account-id.ts'
import type { SignInSite } from '../../domain/site.ts'
import type { LogoutNotices, MicrosoftSessions, NewRecord, PersonHosts, Records } from '../../ports.ts'

const BROWSER_NAME = 'SessionBrowserName'
const ENDED = 'EndedSession'

/** Sessions are indexed by person in the same way as tokens by grant. */
export const personIndex = (accountId: string) => `person ${accountId}`

export type NoteLogin = (session: { accountId?: string; uid?: string }) => Promise<void>

/**
 * Records a new login together with its session: the browser's name for the person's own list, the session at Microsoft
 * so that both end together, and the host so that a revocation by the roster finds it (S45).
 */
export function notingLogins(
  { microsoftSessions, personHosts }: LoginIndexes,
  records: Records,
  site: SignInSite,
): NoteLogin {
  return async ({ accountId, uid }) => {
    const ctx = Provider.ctx
    if (!ctx?.oidc?.result?.login || !accountId || !uid) return
    const payload = nameBrowser(ctx.req.headers['user-agent'])
    await records.save({ kind: BROWSER_NAME, id: uid, payload, ttl: SESSION_ABSOLUTE })
    const { sid } = (ctx.oidc.result.microsoft ?? {}) as { sid?: string }
    if (sid) await microsoftSessions.note(sid, { origin: site.origin, accountId, uid })
    const person = readAccountId(site, accountId)
    if (person) await personHosts.note(site.origin, person)
  }
}

type LoginIndexes = { microsoftSessions: Pick<MicrosoftSessions, 'note'>; personHosts: Pick<PersonHosts, 'note'> }

export async function listSessions(records: Records, accountId: string): Promise<PersonSession[]> {
  const found = await records.findByGrant(personIndex(accountId))
  const sessions = found.map(({ payload }) => payload as Stored).filter((session) => session.accountId === accountId)
  return Promise.all(
    sessions.map(async ({ uid, loginTs, iat, authorizations = {} }) => {
      const noted = await records.find(BROWSER_NAME, uid)
      const browser = (noted?.payload ?? {}) as BrowserName
      return {
        uid,
        loginAt: loginTs ?? 0,
        usedAt: iat ?? loginTs ?? 0,
        browser,
        clientIds: Object.keys(authorizations),
      }
    }),
  )
}

type SessionHolder = {
  provider: Provider
  records: Records
  logoutNotices: Pick<LogoutNotices, 'add'>
  site: SignInSite
}

/**
 * Ends one login and every token that came of it. The mark is saved first, then the session is removed: refresh tokens
 * end with it, and a concurrent request that saves the session again finds the mark.
 */
export async function endSession(
  { provider, records, logoutNotices, site }: SessionHolder,
  accountId: string,
  uid: string,
): Promise<boolean> {
  const session = await provider.Session.findByUid(uid)
  if (session?.accountId !== accountId) return false
  await markEnded(records, uid)
  // Before the session is removed, so that a retry after a failure still finds it and adds the notices.
  for (const [clientId, { sid }] of Object.entries(session.authorizations ?? {})) {
    const client = sid ? await provider.Client.find(clientId) : undefined
    if (client && sid) await logoutNotices.add(noticesOf(client, provider.issuer, site, accountId, sid))
  }
  await records.removeByUid('Session', uid)
  await records.remove(BROWSER_NAME, uid)
  for (const { grantId, persistsLogout } of Object.values(session.authorizations ?? {})) {
    if (!persistsLogout) await endGrant(records, grantId)
  }
  return true
}

/** Revokes a grant with its codes and tokens. */
export async function endGrant(records: Records, grantId: string | undefined): Promise<void> {
  if (grantId === undefined) return
  await records.removeByGrant(grantId)
  await records.remove('Grant', grantId)
}

/** Logout notices for an app whose session has ended; none when it has no back-channel address. */
export function noticesOf(
  client: NotifiedClient,
  issuer: string,
  site: SignInSite,
  accountId: string,
  sid: string,
): LogoutNotice[] {
  const { clientId, backchannelLogoutUri: url } = client
  if (url === undefined) return []
  const tenantId = readAccountId(site, accountId)?.tenantId ?? null
  return [{ tenantId, issuer, clientId, url, sub: subjectOf(site, accountId), sid }]
}
type NotifiedClient = { clientId: string; backchannelLogoutUri?: string | undefined }

/** Before a session is removed: a concurrent request that saves it again then finds that it has ended. */
export async function markEnded(records: Records, uid: string): Promise<void> {
  await records.save({ kind: ENDED, id: uid, payload: {}, ttl: INTERACTION })
}

/** Called after a session was saved: a concurrent request must not restore an ended session. */
export async function removeIfEnded(records: Records, { id, payload }: NewRecord): Promise<void> {
  if (typeof payload.uid === 'string' && (await records.find(ENDED, payload.uid))) await records.remove('Session', id)
}

type Stored = {
  uid: string
  accountId?: string
  loginTs?: number
  iat?: number
  authorizations?: Record<string, unknown>
}
