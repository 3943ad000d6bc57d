import type { RedirectPlatform } from '@jackfield/contract/microsoft/microsoft-account'
import type { Check } from '@jackfield/contract/microsoft/verification'
import { registrationLink } from '@jackfield/microsoft-identity/admin-center-links'
import { failed, passed, type Registration, skipped } from './check.ts'
import type { Evidence, RedirectProbe } from './connection-evidence.ts'

type Account = Registration & { redirectPlatform: RedirectPlatform; isPlatformNew?: boolean | undefined }
const NAMES = { web: 'Web', spa: 'Single-page application' } as const

/**
 * Names what is missing in the registration (S19) and what Entra ID says is under the wrong platform (S21). Most often
 * it does not show the platform before a sign-in: that warns only who is about to change the platform (S57).
 */
export function checkRedirectUris({ redirectUris }: Evidence, account: Account): Check {
  if (!redirectUris) return skipped('redirect-uris')
  const missing = redirectUris.filter((probe) => probe.kind === 'not-registered')
  const displaced = redirectUris.filter(
    (probe) => probe.kind === 'registered' && probe.platform === 'spa' && account.redirectPlatform !== 'spa',
  )
  const unclear = redirectUris.filter((probe) => probe.kind === 'unclear')
  if (missing.length > 0) return notSaved(missing, account)
  if (displaced.length > 0) return wrongPlatform(displaced, account)
  if (unclear.length > 0) {
    const message = `Could not tell whether these are registered: ${list(unclear)}`
    return warning(
      message,
      `Compare them with the platform ${NAMES[account.redirectPlatform]} in Authentication.`,
      account,
    )
  }
  if (redirectUris.length === 0) return passed('redirect-uris', 'There is no app that needs one.')
  const unseen = redirectUris.filter((probe) => probe.kind === 'registered' && probe.platform === 'unknown')
  if (unseen.length === 0) return passed('redirect-uris', 'All are registered.')
  const message = 'All are registered. Entra ID shows the platform only to somebody who signs in.'
  return account.isPlatformNew
    ? warning(message, `Move them to the platform ${NAMES[account.redirectPlatform]} in Authentication first.`, account)
    : passed('redirect-uris', message)
}

function notSaved(missing: readonly Extract<RedirectProbe, { kind: 'not-registered' }>[], account: Account): Check {
  const failure = {
    kind: 'refused' as const,
    code: 'AADSTS50011',
    correlationId: missing[0]?.correlationId,
    message: `Not registered: ${list(missing)}`,
    remedy: `Add exactly these redirect URIs under the platform ${NAMES[account.redirectPlatform]} in Authentication, and save.`,
  }
  return failed('redirect-uris', failure, 'Authentication', account)
}

function wrongPlatform(displaced: readonly RedirectProbe[], account: Account): Check {
  const failure = {
    kind: 'refused' as const,
    code: 'AADSTS9002325',
    message: `Registered under the wrong platform, ${NAMES.spa}: ${list(displaced)}`,
    remedy: `Move them to the platform ${NAMES.web} in Authentication, or choose ${NAMES.spa} here.`,
  }
  return failed('redirect-uris', failure, 'Authentication', account)
}

/** Entra ID shows this platform to nobody but a browser that redeems, so the gateway reports it (FC-13). */
const BLOCKED = 'AADSTS9002326'

export function wrongPlatformFinding(registration: Registration): Check {
  const failure = {
    kind: 'refused' as const,
    code: BLOCKED,
    message: 'A sign-in has shown that redirect URIs are registered under the platform Web: nobody can sign in.',
    remedy: `Move them to the platform ${NAMES.spa} in Authentication, or choose ${NAMES.web} here. Then test the connection.`,
  }
  return failed('redirect-uris', failure, 'Authentication', registration)
}

/** A test by the clock cannot see what a sign-in has shown: that stays until an administrator tests (FC-13). */
export function keepWrongPlatform(checks: readonly Check[], findings: readonly Check[]): Check[] {
  const known = findings.find(({ id, code }) => id === 'redirect-uris' && code === BLOCKED)
  return checks.map((check) => (known && check.id === known.id && check.status === 'passed' ? known : check))
}

function warning(message: string, remedy: string, { clientId, adminCenter }: Account): Check {
  return {
    id: 'redirect-uris',
    status: 'warning',
    message,
    remedy,
    link: registrationLink(adminCenter, clientId, 'Authentication'),
  }
}

const list = (probes: readonly RedirectProbe[]) => probes.map((probe) => probe.uri).join(', ')
