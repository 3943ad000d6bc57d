import type { ImportRule, ImportRules } from '@jackfield/contract/microsoft/import-rule'
import type { DirectoryUser } from './directory-user.ts'
import type { Ticks } from './user-ticks.ts'

/** A user's ticks in the roster, and what set them. */
export type Standing = Ticks & { chosenBy: 'hand' | 'rule' }

/**
 * The ticks that the rules of an account give to an active user; undefined when theirs stay. Ticks set by hand are never
 * touched. `standing` is undefined for users outside the roster; `sets` are those of `setsOf` that the user is in.
 */
export function ticksByRules(
  rules: ImportRules,
  user: DirectoryUser,
  standing: Standing | undefined,
  sets: ReadonlySet<string> = new Set(),
): Ticks | undefined {
  if (standing?.chosenBy === 'hand') return undefined
  const rule = rules.items.find((item) => fits(item, user, sets))
  if (rule) return isSame(standing, { sync: true, sso: rule.sso }) ? undefined : { sync: true, sso: rule.sso }
  return standing?.sync && rules.leavers === 'unsync' ? { sync: false, sso: false } : undefined
}

/** Keys of the groups and licences that the rules name, whose members have to be read. */
export function setsOf({ items }: ImportRules): string[] {
  return [...new Set(items.flatMap((rule) => setsOfRule(rule)))]
}

type Followed = {
  kind: 'import' | 'delta' | 'full'
  requestedBy: string
  rules: ImportRules | null
  setsRead: readonly string[]
}
/** A notification announces users, never groups: reading a large group at each would be waste. */
export function readsSets({ requestedBy, rules, setsRead }: Followed): boolean {
  const keys = rules ? setsOf(rules) : []
  return requestedBy === 'notification' ? keys.some((key) => !setsRead.includes(key)) : keys.length > 0
}

type UnreadReason = 'consent-missing' | 'rejected' | 'repeated-page' | 'endless-list'

export function explainUnreadSet(key: string, reason: UnreadReason): string {
  const [kind, id] = key.split(':')
  const what = kind === 'group' ? `the members of the group ${id}` : `who has the licence ${id}`
  if (reason === 'repeated-page') return `Microsoft Graph leads in a circle where it tells ${what}.`
  if (reason === 'endless-list') return `Microsoft Graph’s list does not end where it tells ${what}.`
  return reason === 'consent-missing' && kind === 'group'
    ? `The application may not read ${what}. Add the application permission GroupMember.Read.All and grant admin consent.`
    : `Microsoft Graph does not tell ${what}. Does it still exist?`
}

function setsOfRule({ groupId, skuId }: ImportRule): string[] {
  return [...(groupId === undefined ? [] : [`group:${groupId}`]), ...(skuId === undefined ? [] : [`sku:${skuId}`])]
}

function fits(rule: ImportRule, user: DirectoryUser, sets: ReadonlySet<string>): boolean {
  const { department, domain, userType } = rule
  if (!setsOfRule(rule).every((key) => sets.has(key))) return false
  if (department !== undefined && lower(user.department) !== lower(department)) return false
  if (domain !== undefined && domainOf(user.userPrincipalName) !== domain && domainOf(user.mail) !== domain)
    return false
  return userType === undefined || user.userType === userType
}

function isSame(standing: Standing | undefined, ticks: Ticks): boolean {
  return standing?.sync === ticks.sync && standing.sso === ticks.sso
}

function domainOf(address: string | null): string | undefined {
  return address?.slice(address.lastIndexOf('@') + 1).toLowerCase()
}

function lower(text: string | null): string {
  return (text ?? '').toLowerCase()
}
