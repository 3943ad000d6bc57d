import type { RosterEntry, SignInTenant } from '@jackfield/contract/internal/internal-api'

const OF_PHONE_SYSTEM = ['tenant', 'tenant_id', 'bindings', 'extensions', 'phone_systems']

/** Claims by scope. Those of `phone_system` are at userinfo and in access tokens without it, too. */
export const CLAIMS_BY_SCOPE = {
  openid: ['sub', 'auth_time', 'amr', 'acr', ...OF_PHONE_SYSTEM],
  profile: ['name', 'given_name', 'family_name', 'preferred_username', 'updated_at'],
  email: ['email'],
  phone: ['phone_number'],
  phone_system: OF_PHONE_SYSTEM,
}

/** How everybody signs in: with Microsoft 365 (OpenID Connect Core 2, `acr`). */
export const ACR = 'urn:jackfield:acr:microsoft-365'

type Tenant = SignInTenant['tenant']

/**
 * What phone apps need. Names are given away again, ids are not; `bindings`, `extensions` and `phone_systems` have the
 * same order.
 */
export function describePhoneUser({ bindings }: RosterEntry, tenant: Tenant) {
  return {
    tenant: tenant.slug,
    tenant_id: tenant.id,
    bindings: bindings.map(({ phoneSystemId, phoneSystemName, extension }) => ({
      phone_system_id: phoneSystemId,
      phone_system: phoneSystemName,
      extension,
    })),
    extensions: bindings.map(({ extension }) => extension),
    phone_systems: bindings.map(({ phoneSystemName }) => phoneSystemName),
  }
}

/** `scope` decides what an ID token says of the phone system, which ends up in addresses as `id_token_hint`. */
export function describePerson(person: RosterEntry, tenant: Tenant, use: string, scope: string) {
  const phone = person.businessPhones[0] ?? person.mobilePhone
  return {
    sub: person.id,
    ...(use !== 'id_token' || scope.split(' ').includes('phone_system') ? describePhoneUser(person, tenant) : {}),
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
export function identityHeaders(person: RosterEntry, tenant: Tenant) {
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
