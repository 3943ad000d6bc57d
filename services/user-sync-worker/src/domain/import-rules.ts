import type { ImportRule, ImportRules } from '@jackfield/contract/import-rule'
import type { DirectoryUser } from './directory-user.ts'
import type { Ticks } from './user-ticks.ts'

/** How somebody stands in the roster, and who put them there. */
export type Standing = Ticks & { chosenBy: 'hand' | 'rule' }

/**
 * The ticks that the rules of an account give to somebody who may work; undefined when theirs stay. What was ticked or unticked by hand
 * is never touched. `standing` is undefined for whom the roster does not know.
 */
export function ticksByRules(rules: ImportRules, user: DirectoryUser, standing: Standing | undefined): Ticks | undefined {
  if (standing?.chosenBy === 'hand') return undefined
  const rule = rules.items.find((item) => fits(item, user))
  if (rule) return isSame(standing, { sync: true, sso: rule.sso }) ? undefined : { sync: true, sso: rule.sso }
  return standing?.sync && rules.leavers === 'unsync' ? { sync: false, sso: false } : undefined
}

function fits({ department, domain, userType }: ImportRule, user: DirectoryUser): boolean {
  if (department !== undefined && lower(user.department) !== lower(department)) return false
  if (domain !== undefined && domainOf(user.userPrincipalName) !== domain && domainOf(user.mail) !== domain) return false
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
