import type { DirectorySeedInput } from '../directory/seed.ts'
import { ADELE, JACKFIELD_CLIENT_ID } from './contoso.ts'

export const ADATUM_DIRECTORY_ID = 'c7a5e8f2-0b34-4d16-9e58-3f2a1b0c9d87'
export const ADATUM_DOMAIN = 'adatum.onmicrosoft.com'

/** A user whose administrator wrote another person's address into `mail` (the nOAuth attack). */
export const MALLORY = {
  id: '5d1c0b9a-8e7f-4a6b-b5c4-d3e2f1a0b9c8',
  userPrincipalName: 'mallory@adatum.onmicrosoft.com',
} as const

/** A foreign directory. Its users consented to Jackfield, which proves nothing to Contoso. */
export function adatum(): DirectorySeedInput {
  return {
    id: ADATUM_DIRECTORY_ID,
    displayName: 'Adatum',
    domains: [ADATUM_DOMAIN],
    users: [
      { ...MALLORY, displayName: 'Adele Vance', givenName: 'Adele', surname: 'Vance', mail: ADELE.userPrincipalName },
      {
        id: '0f9e8d7c-6b5a-4c3d-a2e1-f0b9c8d7e6a5',
        userPrincipalName: 'oscar@adatum.onmicrosoft.com',
        displayName: 'Oscar Ward',
        givenName: 'Oscar',
        surname: 'Ward',
        mail: 'oscar@adatum.onmicrosoft.com',
        businessPhones: ['+1 206 555 0181'],
      },
    ],
    grants: [{ appId: JACKFIELD_CLIENT_ID }],
  }
}
