import type { RosterEntry, SignInTenant } from '@jackfield/contract/internal-api'

// Proxies buffer all headers of a response; nginx 4 KiB by default.
const LONGEST_NAME = 100
const LONGEST_EMAIL = 320
const MOST_EXTENSIONS = 30

/**
 * Identity headers for a server behind the ingress. All are always present, empty when unknown, so that they replace a
 * client's own. Values are percent-encoded UTF-8 (`decodeURIComponent` reads them), so that no name can split a header
 * (T-72).
 */
export function identityHeaders(person: RosterEntry, tenant: SignInTenant['tenant']) {
  const email = encode(person.mail ?? '')
  return {
    'x-auth-user': person.id,
    'x-auth-tenant': tenant.slug,
    'x-auth-name': encode([...person.displayName].slice(0, LONGEST_NAME).join('')),
    // A truncated address would be another one: too long is omitted.
    'x-auth-email': email.length <= LONGEST_EMAIL ? email : '',
    'x-auth-extensions': person.bindings
      .slice(0, MOST_EXTENSIONS)
      .map(({ extension }) => encode(extension))
      .join(','),
  }
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll('%40', '@').replaceAll('%2B', '+')
}
