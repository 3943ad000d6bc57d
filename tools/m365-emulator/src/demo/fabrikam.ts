import type { DirectorySeedInput } from '../directory/seed.ts'
import type { UserSeed } from '../directory/user.ts'
import { ADATUM_DIRECTORY_ID } from './adatum.ts'
import { FAR_EXPIRY } from './contoso.ts'
import { FABRIKAM_PEOPLE, type FabrikamPerson } from './fabrikam-people.ts'
import type { RedirectUris } from './redirect-uris.ts'

export const FABRIKAM_DIRECTORY_ID = '69db3c30-242b-4cab-8772-d4ade8c609e1'
export const FABRIKAM_DOMAIN = 'fabrikam.onmicrosoft.com'

/** Fabrikam's own single-tenant registration: it has a secret and a listed permission, but no admin consent yet. */
export const FABRIKAM_CLIENT_ID = '327fb820-6832-46be-9ac7-59122c5ce571'
export const FABRIKAM_CLIENT_SECRET = 'Fb48Q~another-demo-secret-emulator-only2'
export const FABRIKAM_SECRET_ID = '53a3fe8d-723c-40c8-855d-bf7f0f03486c'

/** Administrators of Fabrikam; only the first may consent to application permissions of Microsoft Graph. */
export const FABRIKAM_GLOBAL_ADMINISTRATOR = `omar@${FABRIKAM_DOMAIN}`
export const FABRIKAM_APPLICATION_ADMINISTRATOR = `katya@${FABRIKAM_DOMAIN}`
const ROLES: Readonly<Record<string, UserSeed['directoryRoles']>> = {
  omar: ['Global Administrator'],
  katya: ['Application Administrator'],
}

export const FABRIKAM_GUEST_ID = '5601dfc9-2a70-470d-8af0-61b9665f3700'
export const FABRIKAM_DISABLED_ID = '3c676f41-ec30-414a-bd17-858435556679'
export const FABRIKAM_ROOM_ID = '670b83b7-3e7d-493c-9f73-6a4a648be326'

function person(
  [id, alias, givenName, surname, department, jobTitle, phone, mobile]: FabrikamPerson,
  index: number,
): UserSeed {
  const address = `${alias}@${FABRIKAM_DOMAIN}`
  return {
    id,
    userPrincipalName: address,
    displayName: `${givenName} ${surname}`,
    givenName,
    surname,
    mail: address,
    businessPhones: phone === null ? [] : [phone],
    ...(mobile !== null && { mobilePhone: mobile }),
    jobTitle,
    department,
    employeeId: String(1001 + index),
    officeLocation: `${1 + (index % 4)}/${100 + index}`,
    preferredLanguage: 'en-US',
    directoryRoles: ROLES[alias] ?? [],
  }
}

const SPECIAL: readonly UserSeed[] = [
  {
    id: FABRIKAM_GUEST_ID,
    userPrincipalName: `oscar_adatum.onmicrosoft.com#EXT#@${FABRIKAM_DOMAIN}`,
    displayName: 'Oscar Ward (Adatum)',
    mail: 'oscar@adatum.onmicrosoft.com',
    userType: 'Guest',
    externalUserState: 'Accepted',
    home: { directoryId: ADATUM_DIRECTORY_ID, userId: '0f9e8d7c-6b5a-4c3d-a2e1-f0b9c8d7e6a5' },
  },
  {
    id: FABRIKAM_DISABLED_ID,
    userPrincipalName: `victor@${FABRIKAM_DOMAIN}`,
    displayName: 'Victor Hale',
    givenName: 'Victor',
    surname: 'Hale',
    mail: `victor@${FABRIKAM_DOMAIN}`,
    department: 'Sales',
    accountEnabled: false,
  },
  {
    id: FABRIKAM_ROOM_ID,
    userPrincipalName: `room-orion@${FABRIKAM_DOMAIN}`,
    displayName: 'Meeting Room Orion',
    mail: `room-orion@${FABRIKAM_DOMAIN}`,
    businessPhones: ['+1 212 555 0190'],
  },
  // an object from before `userType` existed
  {
    id: '92056324-c1a0-472a-9735-17adc203c4bb',
    userPrincipalName: `reception@${FABRIKAM_DOMAIN}`,
    displayName: 'Reception',
    userType: null,
  },
]

/** The directory for setting up a connection by hand. */
export function fabrikam(redirectUris: RedirectUris): DirectorySeedInput {
  return {
    id: FABRIKAM_DIRECTORY_ID,
    displayName: 'Fabrikam',
    domains: [FABRIKAM_DOMAIN],
    users: [...FABRIKAM_PEOPLE.map(person), ...SPECIAL],
    applications: [
      {
        appId: FABRIKAM_CLIENT_ID,
        displayName: 'Fabrikam Telephony',
        signInAudience: 'AzureADMyOrg',
        redirectUris,
        secrets: [{ keyId: FABRIKAM_SECRET_ID, value: FABRIKAM_CLIENT_SECRET, endDateTime: FAR_EXPIRY }],
        requiredRoles: ['User.Read.All'],
      },
    ],
  }
}
