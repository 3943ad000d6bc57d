import type { User } from '../../../directory/user.ts'
import { unsupportedQuery } from '../../graph-error.ts'
import type { Condition } from './parse-filter.ts'

const TEXTS = new Map(
  ['otherMails', 'proxyAddresses', 'businessPhones', 'imAddresses'].map((name) => [name.toLowerCase(), name]),
)
const ANY = /^(?<name>\w+)\/any\(\s*(?<v>\w+)\s*:\s*(?<rest>.+)\)$/is
const COUNT = /^(?<name>\w+)\/\$count\s+(?<operator>eq|ne)\s+(?<number>\d+)$/i

/**
 * `assignedLicenses/any(a:a/skuId eq ...)`, `proxyAddresses/any(p:startswith(p,'...'))`, `assignedLicenses/$count eq
 * 0`.
 */
export function parseCollectionCondition(filter: string): Condition | undefined {
  const counted = COUNT.exec(filter)?.groups
  if (counted) {
    const read = reader(counted.name ?? '')
    const isEqual = counted.operator?.toLowerCase() === 'eq'
    return { matches: (user) => (read(user).length === Number(counted.number)) === isEqual, isAdvanced: true }
  }
  const any = ANY.exec(filter)?.groups
  if (!any) return undefined
  const { name = '', v = '', rest = '' } = any
  const read = reader(name)
  const sku = new RegExp(`^${v}/skuId\\s+eq\\s+'?([\\da-f-]{36})'?$`, 'i').exec(rest.trim())?.[1]?.toLowerCase()
  if (name.toLowerCase() === 'assignedlicenses') {
    if (sku === undefined) throw unsupported(filter)
    const matches = (user: User) => read(user).some((license) => (license as { skuId: string }).skuId === sku)
    return { matches, isAdvanced: false, pagesAreAdvanced: true }
  }
  const equal = new RegExp(`^${v}\\s+eq\\s+'((?:[^']|'')*)'$`, 'i').exec(rest.trim())?.[1]
  const start = new RegExp(`^startswith\\(\\s*${v}\\s*,\\s*'((?:[^']|'')*)'\\s*\\)$`, 'i').exec(rest.trim())?.[1]
  const wanted = (equal ?? start)?.replaceAll("''", "'").toLowerCase()
  if (wanted === undefined) throw unsupported(filter)
  const fits = (text: string) => (equal === undefined ? text.startsWith(wanted) : text === wanted)
  return { matches: (user) => read(user).some((text) => fits(String(text).toLowerCase())), isAdvanced: false }
}

/** Splits at every `and` outside of brackets and strings. */
export function splitAtAnd(filter: string): string[] {
  const parts: string[] = []
  let [depth, isText, start] = [0, false, 0]
  for (let at = 0; at < filter.length; at++) {
    const letter = filter[at]
    if (letter === "'") isText = !isText
    if (isText) continue
    if (letter === '(') depth++
    if (letter === ')') depth--
    if (depth > 0 || !/^\sand\s/i.test(filter.slice(at, at + 5))) continue
    parts.push(filter.slice(start, at).trim())
    start = at + 5
  }
  return [...parts, filter.slice(start).trim()]
}

function reader(asked: string): (user: User) => readonly unknown[] {
  const name = asked.toLowerCase() === 'assignedlicenses' ? 'assignedLicenses' : TEXTS.get(asked.toLowerCase())
  if (name === undefined) throw unsupported(asked)
  return (user) => ((user as Readonly<Record<string, unknown>>)[name] as unknown[] | undefined) ?? []
}

const unsupported = (clause: string) =>
  unsupportedQuery(`Unsupported or invalid query filter clause specified: '${clause}'.`)
