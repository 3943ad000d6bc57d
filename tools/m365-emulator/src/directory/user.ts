import { z } from 'zod'
import { DirectoryRole } from './directory-roles.ts'

const text = z.string().nullish()
const texts = z.array(z.string()).optional()

/**
 * The stored properties of a directory user. `undefined` means never set, `null` means cleared: `/users` shows both as
 * null, `/users/delta` omits the first and reports the second.
 */
const UserProperties = z.object({
  id: z.guid().toLowerCase(),
  userPrincipalName: z.string().min(1),
  displayName: z.string().min(1).max(256),
  givenName: text,
  surname: text,
  mail: text,
  otherMails: texts,
  proxyAddresses: texts,
  businessPhones: z.array(z.string()).max(1).optional(),
  mobilePhone: text,
  faxNumber: text,
  imAddresses: texts,
  jobTitle: text,
  department: text,
  companyName: text,
  officeLocation: text,
  city: text,
  state: text,
  country: text,
  postalCode: text,
  streetAddress: text,
  employeeId: text,
  employeeType: text,
  preferredLanguage: text,
  usageLocation: text,
  accountEnabled: z.boolean().default(true),
  userType: z.enum(['Member', 'Guest']).nullable().default('Member'),
  externalUserState: z.enum(['PendingAcceptance', 'Accepted']).nullish(),
  onPremisesSyncEnabled: z.boolean().nullish(),
  assignedLicenses: z
    .array(
      z.strictObject({ skuId: z.guid().toLowerCase(), disabledPlans: z.array(z.guid().toLowerCase()).default([]) }),
    )
    .optional(),
  createdDateTime: z.iso.datetime().optional(),
})

/** Not properties in Graph: how the user signs in, and the user's roles. */
const Credentials = z.object({
  password: z.string().default('Passw0rd!'),
  /** Whether signing in asks for a second factor. */
  mfa: z.boolean().default(false),
  directoryRoles: z.array(DirectoryRole).default([]),
  /** For guests: the account of the home directory that signs in as this object. */
  home: z.object({ directoryId: z.guid().toLowerCase(), userId: z.guid() }).optional(),
})

export const UserSeed = z.strictObject({ ...UserProperties.shape, ...Credentials.shape })
export type UserSeed = z.input<typeof UserSeed>

export const UserChange = UserSeed.omit({
  id: true,
  accountEnabled: true,
  userType: true,
  password: true,
  mfa: true,
  directoryRoles: true,
})
  .partial()
  .extend({
    accountEnabled: z.boolean().optional(),
    userType: z.enum(['Member', 'Guest']).nullable().optional(),
    password: z.string().optional(),
    mfa: z.boolean().optional(),
    directoryRoles: z.array(DirectoryRole).optional(),
  })
export type UserChange = z.input<typeof UserChange>

export type User = Readonly<z.output<typeof UserSeed>>
export type UserProperty = keyof z.output<typeof UserProperties>

export const COLLECTIONS: ReadonlySet<string> = new Set([
  'businessPhones',
  'otherMails',
  'proxyAddresses',
  'imAddresses',
  'assignedLicenses',
])
export const USER_PROPERTIES = Object.keys(UserProperties.shape) as UserProperty[]

const NOT_PROPERTIES = new Set(['password', 'home', 'mfa', 'directoryRoles'])

/** The properties that differ between two versions of a user. */
export function changedProperties(before: User, after: User): UserProperty[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<UserProperty>
  return [...keys].filter(
    (key) => !NOT_PROPERTIES.has(key) && JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  )
}

/** Published answers contain null for properties that were never set. */
export function withoutNulls(properties: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null))
}
