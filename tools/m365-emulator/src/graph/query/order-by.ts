import type { User } from '../../directory/user.ts'
import { unsupportedQuery } from '../graph-error.ts'

const SORTABLE = new Map([
  ['displayname', { property: 'displayName', isAdvanced: false }],
  ['userprincipalname', { property: 'userPrincipalName', isAdvanced: false }],
  ['createddatetime', { property: 'createdDateTime', isAdvanced: true }],
] as const)

/** A user's sort key: the value, then the id, so that pages do not overlap where values are equal. */
export type SortKey = { value: string; id: string }
export type OrderBy = {
  keyOf: (user: User) => SortKey
  compare: (a: SortKey, b: SortKey) => number
  isAdvanced: boolean
}

const collator = new Intl.Collator('en', { sensitivity: 'base' })

export function readOrderBy(orderBy: string): OrderBy {
  const [name = '', direction = 'asc', ...rest] = orderBy.trim().split(/\s+/)
  const sortable = SORTABLE.get(name.toLowerCase() as 'displayname')
  if (!sortable || rest.length > 0 || !/^(asc|desc)$/i.test(direction))
    throw unsupportedQuery(`Unsupported sort property '${name}' for 'User'.`)
  const sign = direction.toLowerCase() === 'desc' ? -1 : 1
  const byId = (a: SortKey, b: SortKey) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  return {
    keyOf: (user) => ({ value: String(user[sortable.property] ?? ''), id: user.id }),
    compare: (a, b) => sign * collator.compare(a.value, b.value) || byId(a, b),
    isAdvanced: sortable.isAdvanced,
  }
}
