import type { Check } from '@jackfield/contract/verification'
import { failed, passed, skipped } from './check.ts'
import type { Evidence } from './connection-evidence.ts'
import { entraLink } from './entra-links.ts'

/** Names what is missing in the registration (S19); what could not be told is no failure. */
export function checkRedirectUris({ redirectUris }: Evidence, account: { clientId: string; redirectPlatform: 'web' | 'spa' }): Check {
  if (!redirectUris) return skipped('redirect-uris')
  const missing = redirectUris.filter((probe) => probe.kind === 'not-registered')
  const platform = account.redirectPlatform === 'web' ? 'Web' : 'Single-page application'
  if (missing.length > 0) {
    const failure = {
      kind: 'refused' as const,
      code: 'AADSTS50011',
      correlationId: missing[0]?.correlationId,
      message: `Not registered: ${missing.map((probe) => probe.uri).join(', ')}`,
      remedy: `Add exactly these redirect URIs under the platform ${platform} in Authentication.`,
    }
    return failed('redirect-uris', failure, 'Authentication', account.clientId)
  }
  const unclear = redirectUris.filter((probe) => probe.kind === 'unclear')
  if (unclear.length === 0)
    return passed('redirect-uris', redirectUris.length === 0 ? 'There is no app that needs one.' : 'All are registered.')
  return {
    id: 'redirect-uris',
    status: 'warning',
    message: `Could not tell whether these are registered: ${unclear.map((probe) => probe.uri).join(', ')}`,
    remedy: `Compare them with the platform ${platform} in Authentication.`,
    link: entraLink('Authentication', account.clientId),
  }
}
