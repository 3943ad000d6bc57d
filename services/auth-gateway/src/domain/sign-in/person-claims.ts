import type { RosterEntry, SignInTenant } from '@jackfield/contract/internal-api'

/**
 * Which claim comes with which scope. `tenant`, `extensions` and `phone_systems` are what every phone app needs: with
 * `openid`.
 */
export const CLAIMS_BY_SCOPE = {
  openid: ['sub', 'auth_time', 'amr', 'acr', 'tenant', 'extensions', 'phone_systems'],
  profile: ['name', 'given_name', 'family_name', 'preferred_username', 'updated_at'],
  email: ['email'],
  phone: ['phone_number'],
}

/** `extensions` and `phone_systems` stand in the same order: one pair for each binding. */
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
