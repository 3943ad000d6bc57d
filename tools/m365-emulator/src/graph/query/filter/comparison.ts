import type { User } from '../../../directory/user.ts'
import { badRequest, unsupportedQuery } from '../../graph-error.ts'

export type Operator = 'eq' | 'ne' | 'ge' | 'le' | 'in' | 'startswith' | 'endswith'
export type Literal = string | boolean | null

type Support = 'default' | 'advanced'
type Rule = { name: string; operators: Partial<Record<Operator, Support>> }

const exact = { eq: 'default', in: 'default', ne: 'advanced' } as const
const text = { ...exact, startswith: 'default', ge: 'default', le: 'default' } as const
const mailLike = { ...text, endswith: 'advanced' } as const

/** Filterable properties and operators by Graph's documentation, and which need an advanced query. */
const RULES: Readonly<Record<string, Rule['operators']>> = {
  id: exact,
  accountEnabled: exact,
  userType: exact,
  externalUserState: exact,
  userPrincipalName: mailLike,
  mail: mailLike,
  displayName: text,
  givenName: text,
  surname: text,
  jobTitle: text,
  department: text,
  companyName: { ...text, startswith: 'advanced' },
  employeeId: text,
  city: text,
  state: text,
  country: text,
  postalCode: text,
  streetAddress: text,
  usageLocation: text,
  officeLocation: { ...text, startswith: 'advanced', eq: 'advanced', in: 'advanced' },
  mobilePhone: { ...text, startswith: 'advanced', eq: 'advanced', in: 'advanced' },
  preferredLanguage: text,
  createdDateTime: { eq: 'default', ge: 'default', le: 'default', ne: 'advanced' },
}
const NAMES = new Map(Object.keys(RULES).map((name) => [name.toLowerCase(), name]))

export function propertyRule(asked: string): Rule {
  const name = NAMES.get(asked.toLowerCase())
  const operators = RULES[name ?? '']
  if (name !== undefined && operators) return { name, operators }
  if (asked.includes('/'))
    throw unsupportedQuery(
      `Unsupported or invalid query filter clause specified for property '${asked}' of resource 'User'.`,
    )
  throw badRequest(`Invalid filter clause: Could not find a property named '${asked}' on type 'microsoft.graph.user'.`)
}

/** Compares text case-insensitively; an object without the property matches `null` only. */
export function test(user: User, property: string, operator: Operator, values: readonly Literal[]): boolean {
  const stored = normal((user as Readonly<Record<string, unknown>>)[property] ?? null)
  const [value = null] = values.map(normal)
  switch (operator) {
    case 'eq':
      return stored === value
    case 'ne':
      return stored !== value
    case 'in':
      return values.some((one) => normal(one) === stored)
    case 'ge':
      return typeof stored === 'string' && typeof value === 'string' && stored >= value
    case 'le':
      return typeof stored === 'string' && typeof value === 'string' && stored <= value
    case 'startswith':
      return typeof stored === 'string' && stored.startsWith(String(value))
    case 'endswith':
      return typeof stored === 'string' && stored.endsWith(String(value))
  }
}

function normal(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value
}
