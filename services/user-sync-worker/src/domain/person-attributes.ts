import type { PersonAttributes } from '@jackfield/contract/roster/person-attributes'

// The attributes of a person that the roster keeps, by their names in Graph, the API and webhooks. This table determines
// which properties are requested of Graph and how they are read, what is compared, the columns of every statement about
// people, and the attributes in webhooks (`roster.person_attributes`, filled in by the migration). A new attribute is a
// line here and in the contract's `PersonAttributes`, and a migration that adds its column.

type Attribute = {
  column: string
  /** How the value is read; an empty text, or a value of another type, counts as not given. */
  form: 'text' | 'texts' | 'user-type'
  /** In UTF-16 code units, at least what Graph allows; longer texts are cut. */
  longest: number
  isNullable: boolean
}
const required = (column: string, longest: number) => ({ column, form: 'text', longest, isNullable: false }) as const
const optional = (column: string, longest: number) => ({ column, form: 'text', longest, isNullable: true }) as const

export const PERSON_ATTRIBUTES = {
  displayName: required('display_name', 256),
  givenName: optional('given_name', 256),
  surname: optional('surname', 256),
  userPrincipalName: required('user_principal_name', 1024),
  mail: optional('mail', 1024),
  businessPhones: { column: 'business_phones', form: 'texts', longest: 256, isNullable: false },
  mobilePhone: optional('mobile_phone', 256),
  jobTitle: optional('job_title', 256),
  department: optional('department', 256),
  employeeId: optional('employee_id', 256),
  userType: { column: 'user_type', form: 'user-type', longest: 256, isNullable: false },
} as const satisfies Record<keyof PersonAttributes, Attribute>

type Table = typeof PERSON_ATTRIBUTES
/** The attributes of a row of `roster.phone_user`. */
export type AttributeColumns = { [Name in keyof PersonAttributes as Table[Name]['column']]: PersonAttributes[Name] }

export const ATTRIBUTE_NAMES = Object.keys(PERSON_ATTRIBUTES) as Array<keyof PersonAttributes>
export const ATTRIBUTES = ATTRIBUTE_NAMES.map((name) => ({ name, ...(PERSON_ATTRIBUTES[name] as Attribute) }))

export function attributesOfRow(row: AttributeColumns): PersonAttributes {
  return Object.fromEntries(
    ATTRIBUTE_NAMES.map((name) => [name, row[PERSON_ATTRIBUTES[name].column]]),
  ) as unknown as PersonAttributes
}

/** Whether two people, or one person at two times, have the same attributes. */
export function haveSameAttributes(one: PersonAttributes, other: PersonAttributes): boolean {
  return ATTRIBUTE_NAMES.every((name) => isSame(one[name], other[name]))
}

function isSame(one: string | null | readonly string[], other: string | null | readonly string[]): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other
  return one.length === other.length && one.every((text, index) => text === other[index])
}
