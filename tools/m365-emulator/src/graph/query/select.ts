import { COLLECTIONS, USER_PROPERTIES, type User } from '../../directory/user.ts'
import type { Visible } from '../bearer.ts'
import { GraphError } from '../graph-error.ts'

export const DEFAULT_PROPERTIES = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
  'id',
] as const

/** Stored outside the directory: Graph refuses them in listings. */
const STORED_ELSEWHERE =
  'aboutMe birthday hireDate interests mailboxSettings mySite pastProjects preferredName responsibilities schools skills'
const elsewhere = new Set(STORED_ELSEWHERE.toLowerCase().split(' '))

/** Known to Graph, never set in this emulator. */
const NEVER_SET = [
  'onPremisesImmutableId',
  'onPremisesSamAccountName',
  'deletedDateTime',
  'ageGroup',
  'creationType',
  'mailNickname',
]
const NEVER_SET_COLLECTIONS = ['assignedPlans', 'identities']
const KNOWN = new Map(
  [...USER_PROPERTIES, ...NEVER_SET, ...NEVER_SET_COLLECTIONS].map((name) => [name.toLowerCase(), name]),
)
const isCollection = (name: string) => COLLECTIONS.has(name) || NEVER_SET_COLLECTIONS.includes(name)

/** Undefined without `$select`. Delta always returns `id`; other queries only when selected. */
export function readSelect(select: string | undefined): string[] | undefined {
  if (select === undefined) return undefined
  return select.split(',').map((asked) => {
    const name = asked.trim()
    const known = KNOWN.get(name.toLowerCase())
    if (known !== undefined) return known
    if (elsewhere.has(name.toLowerCase()))
      throw new GraphError(501, 'NotImplemented', 'This operation target is not yet supported.')
    throw new GraphError(
      400,
      'BadRequest',
      `Parsing OData Select and Expand failed: Could not find a property named '${name}' on type 'microsoft.graph.user'.`,
    )
  })
}

/** Of one user Graph leaves out what it does not know, where the list refuses it (captured September 2026). */
export function keepKnown(select: string | undefined): string[] | undefined {
  const names = select?.split(',').map((name) => name.trim().toLowerCase())
  return names?.flatMap((name) => (elsewhere.has(name) ? readSelect(name) : KNOWN.get(name)) ?? [])
}

/** Unset single values are null and unset collections empty: no selected property is absent. */
export function project(user: User, properties: readonly string[], visible: Visible): Record<string, unknown> {
  const all = user as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    properties.map((name) => [
      name,
      (visible === null || visible.has(name) ? all[name] : undefined) ?? (isCollection(name) ? [] : null),
    ]),
  )
}

/** Only properties that were ever set, as delta shows them; null means cleared. */
export function projectEverSet(user: User, properties: Iterable<string>, visible: Visible): Record<string, unknown> {
  const all = user as Readonly<Record<string, unknown>>
  const set = [...properties].filter((name) => all[name] !== undefined && (visible === null || visible.has(name)))
  return Object.fromEntries(set.map((name) => [name, all[name]]))
}
