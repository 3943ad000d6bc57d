import type { Connection } from '@jackfield/contract/internal-api'
import type { MicrosoftUserCount } from '@jackfield/contract/microsoft-user'
import type { DirectoryFailure } from './domain/directory-failure.ts'
import type { DirectoryItem } from './domain/directory-item.ts'
import type { ReadUser } from './domain/directory-user.ts'
import type { BadCursor, PageRequest } from './ports.ts'

// A directory as it is read: pages of people, of changes, of members.

/** The users of one Microsoft directory, read through Graph with the account's own credential. */
export type Directory = {
  /** A page of everybody; `next` of the page before goes in as `from`. */
  listUsers(connection: Connection, from: string | null, signal: AbortSignal): Promise<DirectoryPage | DirectoryFailure>
  /** Those of `ids` that exist. */
  findUsers(
    connection: Connection,
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<DirectoryPage | DirectoryFailure>
  /** A page in order of names, of those whose name, UPN, mail or department begins with `search`. */
  searchUsers(
    connection: Connection,
    request: PageRequest & { search: string },
  ): Promise<DirectoryPage | DirectoryFailure | BadCursor>
  /** The present place in the directory's changes: what changes from now on is told from there. */
  latestChange(
    connection: Connection,
    signal: AbortSignal,
  ): Promise<{ kind: 'place'; deltaLink: string } | DirectoryFailure>
  /**
   * A page of changes; `next` or `deltaLink` of the page before goes in as `from`. The last page of a round has the
   * next `deltaLink`.
   */
  listChanges(connection: Connection, from: string, signal: AbortSignal): Promise<ChangePage | DirectoryFailure>
  /**
   * Object ids of a page of users who are in a set of `setsOf`: a group's members, nested ones too, or who has a
   * licence.
   */
  listMembers(
    connection: Connection,
    set: string,
    from: string | null,
    signal: AbortSignal,
  ): Promise<MembersPage | DirectoryFailure>
  /** Undefined when the directory does not tell. */
  countUsers(connection: Connection, signal: AbortSignal): Promise<number | undefined>
  countKinds(connection: Connection): Promise<{ kind: 'counts'; counts: MicrosoftUserCount } | DirectoryFailure>
}
export type ChangePage = { kind: 'page'; items: DirectoryItem[] } & (
  | { next: string; deltaLink: null }
  | { next: null; deltaLink: string }
)
export type MembersPage = { kind: 'page'; ids: string[]; next: string | null }
export type DirectoryPage = { kind: 'page'; users: ReadUser[]; next: string | null }
