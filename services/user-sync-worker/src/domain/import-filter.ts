import type { ImportFilter } from '@jackfield/contract/microsoft/import-request'
import type { DirectoryUser } from './directory-user.ts'

const SEARCHED = ['displayName', 'givenName', 'surname', 'userPrincipalName', 'mail', 'department'] as const

/** Whether an import of everybody includes a user. `search` means the same as in the list of Microsoft users. */
export function isWanted(user: DirectoryUser, filter: ImportFilter | null): boolean {
  if (!filter) return true
  const { search, department, userType, accountEnabled } = filter
  if (search && !SEARCHED.some((property) => lower(user[property]).startsWith(lower(search)))) return false
  if (department !== undefined && lower(user.department) !== lower(department)) return false
  if (userType !== undefined && user.userType !== userType) return false
  return accountEnabled === undefined || user.accountEnabled === accountEnabled
}

function lower(text: string | null): string {
  return (text ?? '').toLowerCase()
}
