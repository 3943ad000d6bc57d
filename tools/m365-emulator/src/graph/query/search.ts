import type { User } from '../../directory/user.ts'
import { badRequest, unsupportedQuery } from '../graph-error.ts'

const SEARCHABLE = new Map(
  ['displayName', 'mail', 'userPrincipalName', 'givenName', 'surname'].map((name) => [name.toLowerCase(), name]),
)
const CLAUSE = /^\s*"(?<property>[A-Za-z]+):(?<words>(?:[^"\\]|\\.)*)"\s*/

/**
 * `"property:words"` joined by AND or OR. In display names the start of any word matches, elsewhere the start of the
 * value.
 */
export function parseSearch(search: string): (user: User) => boolean {
  const alternatives: ((user: User) => boolean)[][] = [[]]
  let rest = search
  for (;;) {
    const clause = CLAUSE.exec(rest)
    if (!clause?.groups)
      throw badRequest(
        `Syntax error: character at position ${search.length - rest.length} is not valid in '${search}'.`,
      )
    alternatives
      .at(-1)
      ?.push(matcher(clause.groups.property ?? '', (clause.groups.words ?? '').replace(/\\(.)/g, '$1')))
    rest = rest.slice(clause[0].length)
    if (rest === '') return (user) => alternatives.some((all) => all.every((matches) => matches(user)))
    const joint = /^(AND|OR)\b/.exec(rest)?.[1]
    if (joint === undefined)
      throw badRequest(
        `Syntax error: character at position ${search.length - rest.length} is not valid in '${search}'.`,
      )
    if (joint === 'OR') alternatives.push([])
    rest = rest.slice(joint.length)
  }
}

function matcher(asked: string, words: string): (user: User) => boolean {
  const property = SEARCHABLE.get(asked.toLowerCase())
  if (property === undefined) throw unsupportedQuery(`Unsupported property '${asked}' in the $search clause.`)
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  return (user) => {
    const value = (user as Readonly<Record<string, unknown>>)[property]
    if (typeof value !== 'string') return false
    if (property !== 'displayName') return value.toLowerCase().startsWith(words.toLowerCase())
    const found = value.toLowerCase().split(/[^\p{L}\p{N}]+/u)
    return wanted.every((word) => found.some((part) => part.startsWith(word)))
  }
}
