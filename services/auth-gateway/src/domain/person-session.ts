import type { Session, SessionKind } from '@jackfield/contract/access/session'
import type { RosterEntry } from '@jackfield/contract/internal/internal-api'
import type { BrowserName } from './browser-name.ts'
import { isLoginTooOld } from './lifetimes.ts'
import { isLoginRevoked } from './sign-in/admission.ts'

/**
 * A person's sign-in as it is listed. Times are seconds since 1970. `target` is the uid of a browser's session, or the
 * grant of a device or app: it is secret, `id` is public.
 */
export type PersonSession = {
  id: string
  kind: SessionKind
  tenantId: string
  userId: string
  /** Of the site that it belongs to, with the person's account id there. */
  origin: string
  accountId: string
  target: string
  /** Session of the browser that an app signed in with; the app's sign-in ends with it. */
  sessionUid?: string | undefined
  /** Of a device or app. */
  clientId?: string | undefined
  /** Time of the sign-in at Microsoft. */
  loginAt: number
  createdAt: number
  usedAt: number
  expiresAt: number
  browser: BrowserName
  /** Where a device asked from. */
  address?: string | undefined
}

/** What is read from the session or grant behind it. */
export type LiveSession = PersonSession & { clientIds: readonly string[] }

/** Seconds between two updates of a device's or app's last use. */
export const USE_NOTED = 600

/** Whether a token whose predecessor is from `before` is the first of its ten minutes. */
export function isUseToNote(before: number | undefined, now: number): boolean {
  return before === undefined || Math.floor(before / USE_NOTED) !== Math.floor(now / USE_NOTED)
}

/** False for a session that the roster has revoked, or a browser's that is too old, although it is still stored. */
export function isValidSession(
  { kind, loginAt }: Pick<PersonSession, 'kind' | 'loginAt'>,
  person: Pick<RosterEntry, 'sessionsValidAfter'>,
  now: number,
): boolean {
  return !isLoginRevoked(person, loginAt) && (kind !== 'browser' || !isLoginTooOld(loginAt, now))
}

/** Valid sessions, the current one first, then by last use. */
export function arrangeSessions<Listed extends PersonSession>(
  sessions: readonly Listed[],
  { ownUid, person, now }: { ownUid: string; person: Pick<RosterEntry, 'sessionsValidAfter'>; now: number },
): Listed[] {
  const isOwn = ({ target }: PersonSession) => Number(target === ownUid)
  return sessions
    .filter((session) => isValidSession(session, person, now))
    .toSorted((one, other) => isOwn(other) - isOwn(one) || other.usedAt - one.usedAt)
}

const toTime = (seconds: number) => new Date(seconds * 1_000).toISOString()

/** The session as the admin API shows it; `names` are those of the apps in the catalogue. */
export function describeSession(session: LiveSession, names: ReadonlyMap<string, string>): Session {
  const { id, kind, userId, origin, clientIds, createdAt, usedAt, expiresAt, browser, address } = session
  return {
    id,
    kind,
    userId,
    host: new URL(origin).host,
    apps: clientIds.map((clientId) => ({ clientId, name: names.get(clientId) ?? clientId })),
    createdAt: toTime(createdAt),
    lastUsedAt: toTime(usedAt),
    expiresAt: toTime(expiresAt),
    client: { browser: browser.browser ?? null, system: browser.system ?? null, address: address ?? null },
  }
}
