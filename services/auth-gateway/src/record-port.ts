import type { NewAuditEvent } from '@jackfield/contract/access/audit-event'

/**
 * A record with a lifetime (`ttl`, seconds): code, token, session, pending login. `grantId` and `uid` are further
 * indexes.
 */
export type NewRecord = {
  kind: string
  id: string
  payload: Record<string, unknown>
  ttl: number
  grantId?: string
  uid?: string
  /** Grants and the session that are needed whenever this record is: a unit of work reads them in the same round. */
  related?: { grantIds: readonly string[]; sessionUid?: string | undefined }
  /**
   * Lists that the record is in, each in the order of `as`, a UUID of version 7. `lifetime`: seconds that no member of the
   * tenant's list outlives. `group`: members are counted by it, over all tenants.
   */
  listed?: { tenant: string; person: string; as: string; lifetime: number; group: string }
}
/** A list of a tenant or of a person, by its name in `listed`. */
export type ListName = { tenant: string } | { person: string }
export type FoundRecord = { payload: Record<string, unknown>; consumedAt: number | undefined }

/**
 * Short-lived state of one namespace: a tenant on one host, or a shared host. Records of other namespaces cannot be
 * found.
 */
export interface Records {
  /**
   * Inserts or overwrites; a record that this unit of work has read is overwritten only while it exists. One with
   * `afterInsert` is inserted then, too; `afterInsert` runs unless it was overwritten.
   */
  save(record: NewRecord, afterInsert?: () => Promise<void>): Promise<void>
  find(kind: string, id: string): Promise<FoundRecord | undefined>
  findByUid(kind: string, uid: string): Promise<FoundRecord | undefined>
  /** All unexpired records with this grant id, without their ids. */
  findByGrant(grantId: string): Promise<FoundRecord[]>
  /** Unexpired records of a list, newest first, older than the one listed as `before`. */
  findListed(list: ListName, page: { before: string | undefined; limit: number }): Promise<FoundRecord[]>
  /** At once and atomic: true for the first caller only. */
  consume(kind: string, id: string): Promise<boolean>
  /** With the other writes of the unit of work, which throws AlreadyUsedError for the second of two requests. */
  consumeAtEnd(kind: string, id: string): Promise<void>
  /** At once: the sign-in no longer counts as unfinished. */
  stopWaiting(kind: string, id: string): Promise<void>
  remove(kind: string, id: string): Promise<void>
  /** As `consumeAtEnd`, of a record that is removed by its one use. */
  removeOnce(kind: string, id: string): Promise<void>
  /** At once, as `removeByGrant`. */
  removeByUid(kind: string, uid: string): Promise<void>
  removeByGrant(grantId: string): Promise<void>
}
export interface RecordSpaces {
  (namespace: string): Records
  /**
   * Runs `work` as one unit of work: what it saves, consumes and removes is written in one step when it is done, and
   * not at all when it failed.
   */
  asOne(work: () => Promise<'done' | 'failed'>): Promise<void>
  /**
   * Runs `work` without writing its changes to the store; `work` itself reads them. For HEAD (FC-07).
   */
  discarding<Result>(work: () => Result): Result
  /** Runs `work` for a browser of this network, so that unfinished sign-ins are told apart by it (T-131). */
  from<Result>(network: string, work: () => Result): Result
  /** How many listed records of a group have not expired. */
  countListed(group: string): Promise<number>
  /**
   * Writes an event for the audit log, with the unit of work if there is one; it is sent until the registry has it
   * (T-137). Events of one `id` are one event.
   */
  audit(event: NewAuditEvent & { id?: string }): Promise<void>
}
