import type { RosterEntry } from '@jackfield/contract/internal/internal-api'
import { isLoginTooOld } from './lifetimes.ts'
import { isLoginRevoked } from './sign-in/admission.ts'

const BROWSERS: ReadonlyArray<readonly [RegExp, string]> = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bVersion\/[\d.]+ .*\bSafari\//, 'Safari'],
]
const SYSTEMS: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b(?:iPhone|iPod)\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMacintosh\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
]

export type BrowserName = { browser?: string | undefined; system?: string | undefined }

/**
 * Names of browser and system in a User-Agent, from fixed lists. The header is not stored: it would identify the browser.
 */
export function nameBrowser(userAgent: string | undefined): BrowserName {
  const text = userAgent?.slice(0, 500) ?? ''
  const find = (names: typeof BROWSERS) => names.find(([pattern]) => pattern.test(text))?.[1]
  return { browser: find(BROWSERS), system: find(SYSTEMS) }
}

/** One login of a person on one host, in one browser. Times are seconds since 1970. `uid` is not shown to anyone. */
export type PersonSession = {
  uid: string
  loginAt: number
  usedAt: number
  browser: BrowserName
  clientIds: readonly string[]
}

/** Valid sessions, the current one first, then by last use. Revoked sessions may still be stored. */
export function arrangeSessions(
  sessions: readonly PersonSession[],
  { ownUid, person, now }: { ownUid: string; person: Pick<RosterEntry, 'sessionsValidAfter'>; now: number },
): PersonSession[] {
  return sessions
    .filter(({ loginAt }) => !isLoginTooOld(loginAt, now) && !isLoginRevoked(person, loginAt))
    .toSorted((one, other) => Number(other.uid === ownUid) - Number(one.uid === ownUid) || other.usedAt - one.usedAt)
}
