import type { SentAuditEvent } from '@jackfield/contract/access/audit-event'
import type { WaitingStore } from './waiting-room.ts'

/** A record as a store keeps it: hashed keys and a sealed payload. Times are seconds. */
export type StoredRow = {
  key: string
  kind: string
  payload: Buffer
  ttl: number
  grantKey: string | undefined
  uidKey: string | undefined
  /** The host of an unfinished sign-in, hashed; undefined for other kinds. */
  waitsAt: string | undefined
  /** The network of its browser, hashed; undefined for other kinds. */
  waitsFrom: string | undefined
  /** Keys, and uid keys, of records that end when it gives way. */
  waitsWith: readonly string[]
  /** Records that are read in the same round: some by key, one by its uid key. */
  relatedKeys: readonly string[]
  relatedUidKey: string | undefined
  /** Keys of its lists, and a UUID of version 7 that orders them. */
  tenantList: string | undefined
  personList: string | undefined
  listedAs: string | undefined
  /** Seconds that no member of the tenant's list outlives. */
  listLifetime: number | undefined
  /** They are counted by it. */
  listGroup: string | undefined
}
export type ListOf = 'tenant' | 'person'
export type StoredRecord = { key: string; payload: Buffer; consumedAt: number | undefined }
export type RelatedRecord = StoredRecord & { uidKey: string | undefined }

/** An event on its way to the audit log. */
export type AuditRow = { id: string; tenantId: string | null; event: SentAuditEvent }

/** Writes of one atomic step. Each key occurs once. */
export type Batch = {
  consumed: readonly string[]
  removed: readonly string[]
  /** Removed, and must exist. A batch has these or `consumed`, not both. */
  removedOnce: readonly string[]
  /** Inserted or overwritten. */
  saved: readonly StoredRow[]
  /** Overwritten if it still exists, so that a record removed in the meantime is not restored. */
  replaced: readonly StoredRow[]
  /** Written unless an event of the same id waits already. */
  events: readonly AuditRow[]
}
export const NOTHING: Batch = { consumed: [], removed: [], removedOnce: [], saved: [], replaced: [], events: [] }

export interface RecordStore extends WaitingStore {
  /**
   * Atomic. Writes nothing, with `isDone: false`, when a key of `consumed` or `removedOnce` is absent, or was consumed
   * before. `gone` lists the keys of `replaced` that no longer exist.
   */
  write(batch: Batch): Promise<{ isDone: boolean; gone: readonly string[] }>
  get(key: string): Promise<StoredRecord | undefined>
  /** The record and what is related to it in one round; empty when the record does not exist. */
  getWithRelated(key: string): Promise<RelatedRecord[]>
  getByUid(uidKey: string): Promise<StoredRecord | undefined>
  getByGrant(grantKey: string): Promise<StoredRecord[]>
  /** Of a list, newest first, older than the one listed as `before`. */
  getListed(list: ListOf, key: string, page: { before: string | undefined; limit: number }): Promise<StoredRecord[]>
  countListed(group: string): Promise<number>
  /** The sign-in is no longer unfinished: it is not counted, and does not give way. */
  stopWaiting(key: string): Promise<void>
  removeByUid(uidKey: string): Promise<void>
  removeByGrant(grantKey: string): Promise<void>
}
