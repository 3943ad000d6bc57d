import type { RosterEntry } from '@jackfield/contract/internal-api'
import type { BrowserName } from './browser-name.ts'
import { isLoginTooOld } from './session-limits.ts'
import { isLoginRevoked } from './sign-in/admission.ts'

/** One login of a person on one host, in one browser. Times are seconds since 1970. `uid` is not shown to anyone. */
export type PersonSession = {
  uid: string
  loginAt: number
  usedAt: number
  browser: BrowserName
  clientIds: readonly string[]
}

/** Valid sessions, the current one first, then by last use. Revoked sessions may still be stored; they are left out. */
export function arrangeSessions(
  sessions: readonly PersonSession[],
  { ownUid, person, now }: { ownUid: string; person: Pick<RosterEntry, 'sessionsValidAfter'>; now: number },
): PersonSession[] {
  return sessions
    .filter(({ loginAt }) => !isLoginTooOld(loginAt, now) && !isLoginRevoked(person, loginAt))
    .toSorted((one, other) => Number(other.uid === ownUid) - Number(one.uid === ownUid) || other.usedAt - one.usedAt)
}
