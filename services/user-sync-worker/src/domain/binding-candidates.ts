import type { BindingRule, BindingSuggestion } from '@jackfield/contract/roster/binding-suggestion'
import type { ExtensionHolder } from '@jackfield/contract/roster/phone-user'
import { type Country, type ReadPhone, readPhone } from './phone-number.ts'

export type UnboundUser = {
  id: string
  displayName: string
  userPrincipalName: string
  mail: string | null
  businessPhones: string[]
  mobilePhone: string | null
  employeeId: string | null
  /** Released while they were gone. */
  formerExtension: string | null
}
export type SuggestedExtension = { number: string; name: string | null; holder: ExtensionHolder | null }
export type Candidate = { user: UnboundUser; extension: string; score: number; reason: BindingSuggestion['reason'] }
type Directory = ReadonlyMap<string, SuggestedExtension>

const SHORTEST_FIT = 3
const LONGEST_FIT = 8

/**
 * Extensions that fit a user, each once with its best reason. A rule outweighs every likeness. `country`: where national
 * numbers are from.
 */
export function candidatesOf(
  user: UnboundUser,
  byNumber: Directory,
  rules: readonly BindingRule[],
  country: Country = null,
): Candidate[] {
  const found = new Map<string, Candidate>()
  const add = (extension: string, score: number, reason: Candidate['reason']) => {
    if (byNumber.has(extension) && (found.get(extension)?.score ?? 0) < score)
      found.set(extension, { user, extension, score, reason })
  }
  const ruled = rules.map((rule) =>
    rule.kind === 'attribute' ? lastDigits(attributeOf(user, rule.attribute, country), rule.digits) : undefined,
  )
  const first = ruled.find((number) => number !== undefined && byNumber.has(number))
  if (first !== undefined) add(first, 1, 'rule')

  if (user.formerExtension !== null) add(user.formerExtension, 0.98, 'former')
  for (const phone of user.businessPhones) addPhone(readPhone(phone, country), 0, 'business-phone', add)
  if (user.mobilePhone) addPhone(readPhone(user.mobilePhone, country), 0.2, 'mobile-phone', add)
  if (user.employeeId !== null) {
    add(user.employeeId, 0.9, 'employee-id')
    // E00204 fits extension 204.
    add(/^\D*0*(\d+)$/.exec(user.employeeId)?.[1] ?? '', 0.75, 'employee-id')
  }
  const [local = ''] = (user.mail ?? user.userPrincipalName).split('@')
  add(local, 0.8, 'mail')
  for (const { number, reason } of namesakes(user, byNumber)) add(number, NAMESAKE_SCORES[reason], reason)
  return [...found.values()]
}

/** A number may name its extension; otherwise the more of its last digits fit, the better. */
function addPhone(
  { digits, extension }: ReadPhone,
  less: number,
  reason: Candidate['reason'],
  add: (extension: string, score: number, reason: Candidate['reason']) => void,
) {
  if (extension !== undefined) return add(extension, 0.95 - less, reason)
  for (let length = SHORTEST_FIT; length <= Math.min(LONGEST_FIT, digits.length); length += 1)
    add(digits.slice(-length), 0.55 + length * 0.04 - less, reason)
}

const NAMESAKE_SCORES = { mail: 0.92, 'employee-id': 0.91, name: 0.85 } as const
type Namesake = { number: string; reason: keyof typeof NAMESAKE_SCORES }
const NAMES = new WeakMap<Directory, Map<string, string[]>>()

/** Extensions named after the user's mail, user principal name, employee id or name, if only one is. */
function namesakes(user: UnboundUser, byNumber: Directory): Namesake[] {
  const names = NAMES.get(byNumber) ?? indexOfNames(byNumber)
  NAMES.set(byNumber, names)
  const only = (name: string | null, reason: Namesake['reason']): Namesake[] => {
    const [number, ...others] = name ? (names.get(name.toLowerCase()) ?? []) : []
    return number !== undefined && others.length === 0 ? [{ number, reason }] : []
  }
  return [
    ...only(user.mail, 'mail'),
    ...only(user.userPrincipalName, 'mail'),
    ...only(user.employeeId, 'employee-id'),
    ...only(user.displayName, 'name'),
  ]
}

function indexOfNames(byNumber: Directory): Map<string, string[]> {
  const names = new Map<string, string[]>()
  for (const { number, name } of byNumber.values()) {
    const key = name?.trim().toLowerCase()
    if (key) names.set(key, [...(names.get(key) ?? []), number])
  }
  return names
}

type Attribute = Extract<BindingRule, { kind: 'attribute' }>['attribute']

function attributeOf(user: UnboundUser, attribute: Attribute, country: Country): string {
  if (attribute === 'employeeId') return user.employeeId ?? ''
  if (attribute === 'mail') return (user.mail ?? '').split('@')[0] ?? ''
  const phone = (attribute === 'businessPhone' ? user.businessPhones[0] : user.mobilePhone) ?? ''
  const { extension, digits } = readPhone(phone, country)
  return extension ?? digits
}

function lastDigits(text: string, count: number): string | undefined {
  const digits = text.replace(/\D/g, '')
  return digits.length >= count ? digits.slice(-count) : undefined
}
