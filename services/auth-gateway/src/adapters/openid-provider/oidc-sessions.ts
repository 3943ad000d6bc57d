import type Provider from 'oidc-provider'
import { INTERACTION } from '../../domain/lifetimes.ts'
import type { LogoutNotice } from '../../domain/logout-notice.ts'
import type { LiveSession, PersonSession } from '../../domain/person-session.ts'
import { readAccountId, subjectOf } from '../../domain/sign-in/account-id.ts'
import type { SignInSite } from '../../domain/site.ts'
import type { LogoutNotices, NewRecord, PersonSessions, Records } from '../../ports.ts'

const ENDED = 'EndedSession'

type SessionHolder = {
  provider: Provider
  records: Records
  logoutNotices: Pick<LogoutNotices, 'add'>
  personSessions: Pick<PersonSessions, 'remove'>
  site: SignInSite
}

/**
 * Ends one login and every token that came of it. The mark is saved first, then the session is removed: refresh tokens
 * end with it, and a concurrent request that saves the session again finds the mark.
 */
export async function endSession(
  { provider, records, logoutNotices, personSessions, site }: SessionHolder,
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
  await personSessions.remove(uid)
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
  accountId?: string
  loginTs?: number
  iat?: number
  exp?: number
  authorizations?: Record<string, { grantId?: string; persistsLogout?: boolean }>
}

/** What the records say of a listed session now; undefined when it has ended. */
export async function findLive(records: Records, session: PersonSession): Promise<LiveSession | undefined> {
  const { kind, target, sessionUid, clientId, accountId } = session
  const uid = kind === 'browser' ? target : sessionUid
  const stored = uid === undefined ? undefined : ((await records.findByUid('Session', uid))?.payload as Stored)
  if (kind === 'browser') return stored?.accountId === accountId ? describeBrowser(session, stored) : undefined
  if (uid !== undefined && stored?.accountId !== accountId) return undefined
  if (!(await records.find('Grant', target))) return undefined
  const expiresAt = Math.min(session.expiresAt, stored?.exp ?? session.expiresAt)
  return { ...session, expiresAt, clientIds: clientId === undefined ? [] : [clientId] }
}

/** Devices that were connected in the browser, which outlive it, are listed by themselves. */
function describeBrowser(session: PersonSession, { loginTs, iat, exp, authorizations = {} }: Stored): LiveSession {
  const loginAt = loginTs ?? session.loginAt
  const clientIds = Object.entries(authorizations).flatMap(([id, { persistsLogout }]) => (persistsLogout ? [] : [id]))
  return {
    ...session,
    loginAt,
    createdAt: loginAt,
    usedAt: iat ?? loginAt,
    expiresAt: exp ?? session.expiresAt,
    clientIds,
  }
}
