import type { Connection } from '@jackfield/contract/internal-api'
import type { MicrosoftUserCount } from '@jackfield/contract/microsoft-user'
import type { DirectoryFailure } from './domain/directory-failure.ts'
import type { DirectoryItem } from './domain/directory-item.ts'
import type { ReadUser } from './domain/directory-user.ts'
import type { BadCursor, PageRequest } from './ports.ts'

// Pages of a Microsoft directory: users, changes, members.

/** The users of one Microsoft directory, read through Graph with the account's own credential. */
export type Directory = {
  /** A page of all users; `from` is `next` of the previous page. */
  listUsers(connection: Connection, from: string | null, signal: AbortSignal): Promise<DirectoryPage | DirectoryFailure>
  /** The users among `ids` that exist. */
  findUsers(
    connection: Connection,
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<DirectoryPage | DirectoryFailure>
  /** A page of users whose name, UPN, mail or department begins with `search`, by name. */
  searchUsers(
    connection: Connection,
    request: PageRequest & { search: string },
  ): Promise<DirectoryPage | DirectoryFailure | BadCursor>
  /** The present place in the directory's changes. */
  latestChange(
    connection: Connection,
    signal: AbortSignal,
  ): Promise<{ kind: 'place'; deltaLink: string } | DirectoryFailure>
  /** A page of changes; `from` is `next` or `deltaLink` of the previous page. The last page has the next `deltaLink`. */
  listChanges(connection: Connection, from: string, signal: AbortSignal): Promise<ChangePage | DirectoryFailure>
  /** Object ids of users in a set of `setsOf`: members of a group, nested ones too, or holders of a licence. */
  listMembers(
    connection: Connection,
    set: string,
    from: string | null,
    signal: AbortSignal,
  ): Promise<MembersPage | DirectoryFailure>
  /** Undefined when the directory gives no count. */
  countUsers(connection: Connection, signal: AbortSignal): Promise<number | undefined>
  countKinds(connection: Connection): Promise<{ kind: 'counts'; counts: MicrosoftUserCount } | DirectoryFailure>
}
export type ChangePage = { kind: 'page'; items: DirectoryItem[] } & (
  | { next: string; deltaLink: null }
  | { next: null; deltaLink: string }
)
export type MembersPage = { kind: 'page'; ids: string[]; next: string | null }
export type DirectoryPage = { kind: 'page'; users: ReadUser[]; next: string | null }
