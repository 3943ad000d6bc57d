import type { DirectorySeedInput } from '../directory/seed.ts'
import type { UserSeed } from '../directory/user.ts'
import { ADATUM_DIRECTORY_ID } from './adatum.ts'
import { FAR_EXPIRY } from './contoso.ts'
import type { RedirectUris } from './redirect-uris.ts'

export const FABRIKAM_DIRECTORY_ID = '69db3c30-242b-4cab-8772-d4ade8c609e1'
export const FABRIKAM_DOMAIN = 'fabrikam.onmicrosoft.com'

/** Fabrikam's own single-tenant registration: secret made, permission listed, admin consent still missing. */
export const FABRIKAM_CLIENT_ID = '327fb820-6832-46be-9ac7-59122c5ce571'
export const FABRIKAM_CLIENT_SECRET = 'Fb48Q~another-demo-secret-emulator-only2'
export const FABRIKAM_SECRET_ID = '53a3fe8d-723c-40c8-855d-bf7f0f03486c'

/** Who administers Fabrikam; only the first may consent to application permissions of Microsoft Graph. */
export const FABRIKAM_GLOBAL_ADMINISTRATOR = `omar@${FABRIKAM_DOMAIN}`
export const FABRIKAM_APPLICATION_ADMINISTRATOR = `katya@${FABRIKAM_DOMAIN}`
const ROLES: Readonly<Record<string, UserSeed['directoryRoles']>> = {
  omar: ['Global Administrator'],
  katya: ['Application Administrator'],
}

export const FABRIKAM_GUEST_ID = '5601dfc9-2a70-470d-8af0-61b9665f3700'
export const FABRIKAM_DISABLED_ID = '3c676f41-ec30-414a-bd17-858435556679'
export const FABRIKAM_ROOM_ID = '670b83b7-3e7d-493c-9f73-6a4a648be326'

type Row = readonly [
  id: string,
  alias: string,
  givenName: string,
  surname: string,
  department: string,
  jobTitle: string,
  phone: string | null,
  mobile: string | null,
]

/** Invented people; telephone numbers are written as untidily as real ones. */
const PEOPLE: readonly Row[] = [
  [
    'b589e9bd-ec86-4a74-886f-2e89ad37d34f',
    'aylin',
    'Aylin',
    'Kaya',
    'Sales',
    'Account Manager',
    '+1 212 555 0101',
    '+1 (917) 555-0111',
  ],
  ['9bda6315-497f-4ca3-a60c-f55bc34dcce4', 'ben', 'Ben', 'Okafor', 'Sales', 'Sales Director', '+1 212-555-0102', null],
  [
    '93e39bfc-6336-4098-820f-8608318597b1',
    'chloe',
    'Chloé',
    'Martin',
    'Marketing',
    'Brand Lead',
    '+33 1 99 00 01 23',
    '+33 6 39 98 00 11',
  ],
  [
    '2dc1c0fd-8d7c-4848-a9bb-9ca16329eabd',
    'daniel',
    'Daniel',
    'Novak',
    'Support',
    'Support Engineer',
    '2125550104',
    null,
  ],
  [
    '19992673-c32b-4deb-b3ac-d49f079c4b70',
    'elif',
    'Elif',
    'Yılmaz',
    'Support',
    'Team Lead',
    'tel:+1-212-555-0105;ext=105',
    '+90 555 555 01 05',
  ],
  [
    'df1c6a90-7179-4807-83e9-50bf03d72cb3',
    'farid',
    'Farid',
    'Haddad',
    'Finance',
    'Controller',
    '+1.212.555.0106',
    null,
  ],
  [
    '207247b7-4917-432b-a15a-5f2298f8f431',
    'grace',
    'Grace',
    'Lindqvist',
    'Finance',
    'Accountant',
    null,
    '+46 70 174 06 01',
  ],
  [
    '0a2699ba-bd74-4896-954e-0ba6633a3ba1',
    'hiro',
    'Hiro',
    'Tanaka',
    'Engineering',
    'Architect',
    '+81 345550107',
    '+81 90-5555-0107',
  ],
  [
    'be8df1e2-3768-4987-b1f3-db7c979d1b74',
    'ines',
    'Ines',
    'Ferreira',
    'Engineering',
    'Developer',
    '+1 212 555 0108 x108',
    null,
  ],
  [
    '3755cdd1-d750-404f-85d2-2affa644269c',
    'jonas',
    'Jonas',
    'Weber',
    'Engineering',
    'Developer',
    '+49 (0)30 23125 109',
    '0171 3920109',
  ],
  ['87007ad2-5188-4f15-bb10-abbcc95cfba3', 'katya', 'Katya', 'Petrova', 'Engineering', 'QA Engineer', null, null],
  ['a52dda61-26b7-4992-8355-1a4b0a36cb5e', 'liam', 'Liam', "O'Brien", 'Legal', 'Counsel', '+353 1 555 0111', null],
  [
    '433a873b-892b-4444-a8bf-f0cc54afe27f',
    'mei',
    'Mei',
    'Chen',
    'Human Resources',
    'HR Partner',
    'x112',
    '+1 917 555 0112',
  ],
  [
    'c5f80f38-cb2c-47a9-82fd-a7cd3d2539e7',
    'nadia',
    'Nadia',
    'Rossi',
    'Human Resources',
    'Recruiter',
    '+39 06 555 0113',
    null,
  ],
  [
    'e441573f-fa57-4c43-bc3f-5c8393b145ed',
    'omar',
    'Omar',
    'Saleh',
    'Operations',
    'Operations Manager',
    '001 212 555 0114',
    null,
  ],
  [
    'c450de69-c527-488f-a701-d95920d0ca77',
    'priya',
    'Priya',
    'Nair',
    'Operations',
    'Planner',
    '+91 22 5555 0115',
    '+91 98765 00115',
  ],
  [
    '4522d0f2-017c-48c5-96e0-244a25d93f17',
    'quentin',
    'Quentin',
    'Dubois',
    'Operations',
    'Logistics',
    '+32 2 555 01 16',
    null,
  ],
  [
    '6629b393-82ac-421b-b622-fd205b765c83',
    'rosa',
    'Rosa',
    'Delgado',
    'Support',
    'Support Engineer',
    '+1 212 555 0117',
    null,
  ],
  [
    'dbdcee79-c23e-4b20-a696-c87bde2eadba',
    'sven',
    'Sven',
    'Larsen',
    'Sales',
    'Account Manager',
    '+45 55 50 01 18',
    '+45 20 00 01 18',
  ],
  ['080ff583-f632-4042-9c04-86b87c2f117c', 'tara', 'Tara', 'Singh', 'Marketing', 'Editor', '  +1 212 555 0119 ', null],
  ['4960b95c-f442-4191-b341-f68c5bb74c8e', 'umar', 'Umar', 'Farouk', 'Engineering', 'Intern', null, '+1 917 555 0120'],
]

function person([id, alias, givenName, surname, department, jobTitle, phone, mobile]: Row, index: number): UserSeed {
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
  // an object from before the property existed
  {
    id: '92056324-c1a0-472a-9735-17adc203c4bb',
    userPrincipalName: `reception@${FABRIKAM_DOMAIN}`,
    displayName: 'Reception',
    userType: null,
  },
]

/** For walking through the set-up by hand. */
export function fabrikam(redirectUris: RedirectUris): DirectorySeedInput {
  return {
    id: FABRIKAM_DIRECTORY_ID,
    displayName: 'Fabrikam',
    domains: [FABRIKAM_DOMAIN],
    users: [...PEOPLE.map(person), ...SPECIAL],
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
