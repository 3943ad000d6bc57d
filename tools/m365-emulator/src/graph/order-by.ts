import type { User } from '../directory/user.ts'
import { unsupportedQuery } from './graph-error.ts'

const SORTABLE = new Map([
  ['displayname', { property: 'displayName', isAdvanced: false }],
  ['userprincipalname', { property: 'userPrincipalName', isAdvanced: false }],
  ['createddatetime', { property: 'createdDateTime', isAdvanced: true }],
] as const)

export type OrderBy = { compare: (a: User, b: User) => number; isAdvanced: boolean }

export function readOrderBy(orderBy: string): OrderBy {
  const [name = '', direction = 'asc', ...rest] = orderBy.trim().split(/\s+/)
  const sortable = SORTABLE.get(name.toLowerCase() as 'displayname')
  if (!sortable || rest.length > 0 || !/^(asc|desc)$/i.test(direction))
    throw unsupportedQuery(`Unsupported sort property '${name}' for 'User'.`)
  const sign = direction.toLowerCase() === 'desc' ? -1 : 1
  const collator = new Intl.Collator('en', { sensitivity: 'base' })
  const value = (user: User) => String(user[sortable.property] ?? '')
  // ids break ties, so that pages do not overlap
  const compare = (a: User, b: User) => sign * collator.compare(value(a), value(b)) || (a.id < b.id ? -1 : 1)
  return { compare, isAdvanced: sortable.isAdvanced }
}
