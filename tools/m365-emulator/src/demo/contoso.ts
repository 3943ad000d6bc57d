import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { DirectorySeedInput } from '../directory/seed.ts'
import { type UserSeed, withoutNulls } from '../directory/user.ts'
import type { RedirectUris } from './redirect-uris.ts'

/** The sample tenant of Graph Explorer. */
export const CONTOSO_DIRECTORY_ID = 'dcd219dd-bc68-4b9b-bf0b-4a33a796be35'
export const CONTOSO_DOMAIN = 'm365x214355.onmicrosoft.com'

/** The multi-tenant registration of Jackfield, consented to in Contoso. The secret opens nothing but this emulator. */
export const JACKFIELD_CLIENT_ID = '2f6b1c1e-7d0a-4c55-9b0e-5a1f0c9d4e10'
export const JACKFIELD_CLIENT_SECRET = 'Kz38Q~demo-secret-of-the-emulator-only01'
export const JACKFIELD_SECRET_ID = '8b7c4d52-3f0e-4a6b-9c1d-2e5f60718293'
export const FAR_EXPIRY = '2099-12-31T00:00:00Z'

export const ADELE = {
  id: '87d349ed-44d7-43e1-9a83-5f2406dee5bd',
  userPrincipalName: 'AdeleV@M365x214355.onmicrosoft.com',
} as const
export const DEMO_PASSWORD = 'Passw0rd!'

const Published = z.object({ value: z.array(z.record(z.string(), z.unknown())) })

/** The 32 published users, with null where Graph shows null. */
export function publishedContosoUsers(): Record<string, unknown>[] {
  return Published.parse(JSON.parse(readFileSync(new URL('../../data/contoso-users.json', import.meta.url), 'utf8')))
    .value
}

export function contoso(redirectUris: RedirectUris): DirectorySeedInput {
  return {
    id: CONTOSO_DIRECTORY_ID,
    displayName: 'Contoso',
    domains: [CONTOSO_DOMAIN],
    users: publishedContosoUsers().map((published) => {
      const user = withoutNulls(published) as UserSeed
      return user.displayName === 'MOD Administrator' ? { ...user, directoryRoles: ['Global Administrator'] } : user
    }),
    applications: [
      {
        appId: JACKFIELD_CLIENT_ID,
        displayName: 'Jackfield',
        signInAudience: 'AzureADMultipleOrgs',
        redirectUris,
        secrets: [{ keyId: JACKFIELD_SECRET_ID, value: JACKFIELD_CLIENT_SECRET, endDateTime: FAR_EXPIRY }],
        requiredRoles: ['User.Read.All'],
        optionalClaims: ['email', 'login_hint', 'acct', 'xms_edov'],
        // as for applications from before June 2023: unverified addresses are sent, and must not matter
        removeUnverifiedEmailClaim: false,
      },
    ],
    grants: [{ appId: JACKFIELD_CLIENT_ID, roles: ['User.Read.All'] }],
  }
}
