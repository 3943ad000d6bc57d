import type { AccountWarning } from '@jackfield/contract/microsoft/microsoft-account'
import type { SyncFailure } from '@jackfield/contract/microsoft/sync-health'
import type { Check } from '@jackfield/contract/microsoft/verification'

/** Days before a credential's end at which its admins are told, once each. */
export const EXPIRY_THRESHOLDS = [60, 30, 14, 7, 1] as const
const DAY = 24 * 3600 * 1000

/** Days that are begun count as whole ones; 0 when the end has come. */
export function daysLeft(expiresAt: string, now: Date): number {
  return Math.max(0, Math.ceil((Date.parse(expiresAt) - now.getTime()) / DAY))
}

/** The narrowest threshold that is reached; 0 when the credential has expired, undefined while there is time. */
export function thresholdOf(days: number): number | undefined {
  return days === 0 ? 0 : EXPIRY_THRESHOLDS.findLast((threshold) => days <= threshold)
}

type Warned = {
  status: string
  credential: { type: string; expiresAt: string | null } | null
  findings: Check[]
  syncFailure: SyncFailure | null
  offSince: string | null
}

/** What an admin of the account should see to, the most pressing first. */
export function accountWarnings(account: Warned, now: Date): AccountWarning[] {
  const { status, credential, findings, syncFailure, offSince } = account
  if (status === 'disabled') return offWarnings(offSince)
  const warnings = [
    ...offWarnings(offSince),
    ...stepWarnings(syncFailure),
    ...expiryWarnings(credential, now),
    ...findings.map(findingWarning),
  ]
  return warnings.sort((one, other) => rank(one) - rank(other))
}

/** Nobody signs in, and who is signed in already is not checked against the directory any more (FC-30). */
function offWarnings(since: string | null): AccountWarning[] {
  if (since === null) return []
  const message = `Switched off since ${minuteOf(since)}: disablements no longer arrive. People who have been disabled or deleted in the directory since then stay signed in here.`
  const remedy = 'Test and enable the account again, or end the sessions of its people.'
  return [{ code: 'switched-off', severity: 'warning', since, message, remedy }]
}

/** Who left the company still signs in, who came cannot: nothing presses more (FC-34). */
function stepWarnings(failure: SyncFailure | null): AccountWarning[] {
  if (!failure) return []
  const { since, failures, message, remedy } = failure
  const times =
    failures === 0
      ? 'no run succeeded since'
      : failures === 1
        ? 'the last run failed'
        : `${failures} runs failed in a row`
  const told = `Not in step with the directory since ${minuteOf(since)}: ${times}. ${message}`
  return [{ code: 'not-in-step', severity: 'critical', since, message: told, remedy }]
}

function minuteOf(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`
}

function expiryWarnings(credential: Warned['credential'], now: Date): AccountWarning[] {
  if (!credential?.expiresAt) return []
  const days = daysLeft(credential.expiresAt, now)
  if (thresholdOf(days) === undefined) return []
  const what = credential.type === 'certificate' ? 'certificate' : 'client secret'
  const remedy = `Create a new ${what} in Entra ID and save it here. The old one stands in until the new one has worked.`
  if (days === 0) {
    return [
      { code: 'credential-expired', severity: 'critical', daysLeft: 0, message: `The ${what} has expired.`, remedy },
    ]
  }
  const message = `The ${what} expires in ${days === 1 ? 'less than a day' : `${days} days`}.`
  return [
    {
      code: 'credential-expiring',
      severity: days <= 7 ? 'critical' : days <= 14 ? 'warning' : 'info',
      daysLeft: days,
      message,
      remedy,
    },
  ]
}

function findingWarning({ id, status, message, remedy, link }: Check): AccountWarning {
  // A directory that tells no changes is served by comparisons: there is nothing to mend.
  const severity = status === 'failed' ? 'critical' : id === 'changes' ? 'info' : 'warning'
  return {
    code: status === 'failed' ? 'check-failed' : 'check-warning',
    severity,
    check: id,
    message,
    remedy,
    ...(link && { link }),
  }
}

function rank({ severity }: AccountWarning): number {
  return ['critical', 'warning', 'info'].indexOf(severity)
}

/** What a connection test leaves to be seen to. */
export function findingsOf(checks: readonly Check[]): Check[] {
  return checks.filter(({ status }) => status === 'failed' || status === 'warning')
}

/** Whether two tests found the same, whatever their words. */
export function isSameFindings(one: readonly Check[], other: readonly Check[]): boolean {
  const key = (checks: readonly Check[]) =>
    checks
      .map(({ id, status, code }) => `${id} ${status} ${code ?? ''}`)
      .sort()
      .join('\n')
  return key(one) === key(other)
}
