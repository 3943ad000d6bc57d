import type { WaitingCounts } from './waiting-room.ts'

/** An artefact as a store keeps it: hashes and sealed bytes only. Times are seconds. */
export type StoredRow = {
  key: string
  kind: string
  payload: Buffer
  ttl: number
  grantKey: string | undefined
  uidKey: string | undefined
  /** Of a sign-in that waits to be finished: whose host's. */
  waitsAt: string | undefined
  /** What is read together with it: others by their keys, and one by its uid key. */
  companionKeys: readonly string[]
  companionUidKey: string | undefined
}
export type StoredArtefact = { key: string; payload: Buffer; consumedAt: number | undefined }
export type Companion = StoredArtefact & { uidKey: string | null }

/** What is written in one step. No key is named twice. */
export type Batch = {
  consumed: readonly string[]
  removed: readonly string[]
  /** Put whether there is one or not. */
  saved: readonly StoredRow[]
  /** Put only where there is one still: what was ended meanwhile stays ended. */
  replaced: readonly StoredRow[]
}
export const NOTHING: Batch = { consumed: [], removed: [], saved: [], replaced: [] }

export interface ArtefactStore extends WaitingCounts {
  /**
   * All or nothing: it is not done, and nothing was saved or removed, when one of `consumed` is not there or was consumed before. Names those of
   * `replaced` that were gone.
   */
  write(batch: Batch): Promise<{ isDone: boolean; gone: readonly string[] }>
  get(key: string): Promise<StoredArtefact | undefined>
  /** The artefact and its companions in one round; empty when it is not there. */
  getTogether(key: string): Promise<Companion[]>
  getByUid(uidKey: string): Promise<StoredArtefact | undefined>
  getByGrant(grantKey: string): Promise<StoredArtefact[]>
  removeByUid(uidKey: string): Promise<void>
  removeByGrant(grantKey: string): Promise<void>
}
