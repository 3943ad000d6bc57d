import type { ConsentReturn } from '@jackfield/contract/microsoft/consent-link'
import type { RedirectUri } from '@jackfield/contract/microsoft/microsoft-account'
import type { Check } from '@jackfield/contract/microsoft/verification'
import { NO_SERVICE_PRINCIPAL } from './connection-test.ts'

/**
 * Entra ID sends the browser back to a registered redirect URI only: the platform's own if there is one, otherwise the
 * tenant's.
 */
export function consentRedirectUri(uris: readonly RedirectUri[], baseUrl: string): string | undefined {
  const own = uris.find(({ uri }) => new URL(uri).origin === new URL(baseUrl).origin)
  return (own ?? uris.find(({ host }) => host === 'tenant'))?.uri
}

/** What the connection test says of the consent. Right after it was given Entra ID may not show it yet. */
export function consentOutcome(
  checks: readonly Check[],
  hasCredential: boolean,
): Exclude<ConsentReturn['outcome'], 'declined'> {
  if (!hasCredential) return 'no-credential'
  // The directory may not yet have the application's service principal either.
  if (checks.some(({ id, code }) => id === 'consent' && code === NO_SERVICE_PRINCIPAL)) return 'not-seen-yet'
  const statusOf = (id: Check['id']) => checks.find((check) => check.id === id)?.status
  if (statusOf('directory') !== 'passed' || statusOf('credential') !== 'passed') return 'not-proven'
  const isSeen =
    statusOf('users') === 'passed' && statusOf('consent') === 'passed' && statusOf('permissions') !== 'failed'
  return isSeen ? 'granted' : 'not-seen-yet'
}
