import type { RosterEntry, SignInTenant } from '@jackfield/contract/internal/internal-api'

/** Claims by scope. Every phone app needs `tenant`, `extensions` and `phone_systems`. */
export const CLAIMS_BY_SCOPE = {
  openid: ['sub', 'auth_time', 'amr', 'acr', 'tenant', 'extensions', 'phone_systems'],
  profile: ['name', 'given_name', 'family_name', 'preferred_username', 'updated_at'],
  email: ['email'],
  phone: ['phone_number'],
}

/** `extensions` and `phone_systems` have the same order: one pair for each binding. */
export function describePerson(person: RosterEntry, tenant: SignInTenant['tenant']) {
  const phone = person.businessPhones[0] ?? person.mobilePhone
  return {
    sub: person.id,
    tenant: tenant.slug,
    extensions: person.bindings.map((binding) => binding.extension),
    phone_systems: person.bindings.map((binding) => binding.phoneSystemName),
    name: person.displayName,
    ...(person.givenName ? { given_name: person.givenName } : {}),
    ...(person.surname ? { family_name: person.surname } : {}),
    preferred_username: person.userPrincipalName,
    updated_at: Math.floor(Date.parse(person.updatedAt) / 1000),
    ...(person.mail ? { email: person.mail } : {}),
    ...(phone ? { phone_number: phone } : {}),
  }
}

// Proxies buffer all headers of a response; nginx 4 KiB by default.
const LONGEST_NAME = 100
const LONGEST_EMAIL = 320
const MOST_EXTENSIONS = 30

/**
 * Identity headers for a server behind the ingress. All are always present, empty when unknown, so that they replace a
 * client's own. Values are percent-encoded UTF-8, so that no name can split a header (T-72).
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
