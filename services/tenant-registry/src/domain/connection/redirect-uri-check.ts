import type { RedirectPlatform } from '@jackfield/contract/microsoft-account'
import type { Check } from '@jackfield/contract/verification'
import { registrationLink } from '@jackfield/microsoft-identity/admin-center-links'
import { failed, passed, type Registration, skipped } from './check.ts'
import type { Evidence, RedirectProbe } from './connection-evidence.ts'

type Account = Registration & { redirectPlatform: RedirectPlatform }
const NAMES = { web: 'Web', spa: 'Single-page application' } as const

/**
 * Names what is missing in the registration (S19) and what is there under the wrong platform (S21); what could not be
 * told is no failure.
 */
export function checkRedirectUris({ redirectUris }: Evidence, account: Account): Check {
  if (!redirectUris) return skipped('redirect-uris')
  const missing = redirectUris.filter((probe) => probe.kind === 'not-registered')
  const displaced = redirectUris.filter(
    (probe) => probe.kind === 'registered' && isSpa(probe.platform) !== isSpa(account.redirectPlatform),
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
  return passed('redirect-uris', redirectUris.length === 0 ? 'There is no app that needs one.' : 'All are registered.')
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

/** That a URI is on `spa` Entra ID says itself; that it is not, we conclude from its silence, so that is a warning. */
function wrongPlatform(displaced: readonly RedirectProbe[], account: Account): Check {
  if (account.redirectPlatform === 'spa') {
    const message = `Registered, but it seems not under ${NAMES.spa}: ${list(displaced)}`
    return warning(
      message,
      `Move them to the platform ${NAMES.spa} in Authentication, or choose ${NAMES.web} here.`,
      account,
    )
  }
  const failure = {
    kind: 'refused' as const,
    code: 'AADSTS9002325',
    message: `Registered under the wrong platform, ${NAMES.spa}: ${list(displaced)}`,
    remedy: `Move them to the platform ${NAMES.web} in Authentication, or choose ${NAMES.spa} here.`,
  }
  return failed('redirect-uris', failure, 'Authentication', account)
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

const isSpa = (platform: 'spa' | 'web' | 'other') => platform === 'spa'
const list = (probes: readonly RedirectProbe[]) => probes.map((probe) => probe.uri).join(', ')
