/**
 * A record with a lifetime (`ttl`, seconds): code, token, session, pending login. `grantId` and `uid` are further
 * indexes.
 */
export type Artefact = {
  kind: string
  id: string
  payload: Record<string, unknown>
  ttl: number
  grantId?: string
  uid?: string
  /** Grants and the session that are needed whenever this record is: read in the same round. */
  companions?: { grantIds: readonly string[]; sessionUid?: string | undefined }
}
export type FoundArtefact = { payload: Record<string, unknown>; consumedAt: number | undefined }

/**
 * Short-lived state of one namespace: a tenant on one host, or a shared host. Records of other namespaces cannot be
 * found.
 */
export interface Artefacts {
  /** True when it replaced a record that the same unit of work has read and that still existed. */
  save(artefact: Artefact): Promise<boolean>
  find(kind: string, id: string): Promise<FoundArtefact | undefined>
  /** Reads the store, not the cache of the unit of work. */
  findFresh(kind: string, id: string): Promise<FoundArtefact | undefined>
  findByUid(kind: string, uid: string): Promise<FoundArtefact | undefined>
  /** All unexpired records with this grant id, without their ids. */
  findByGrant(grantId: string): Promise<FoundArtefact[]>
  /** Atomic: true for the first caller only. */
  consume(kind: string, id: string): Promise<boolean>
  /**
   * Consumes in the same batch as the next refresh token, whose save throws AlreadyUsedError for the second of two
   * requests.
   */
  consumeWithNext(kind: string, id: string): Promise<boolean>
  remove(kind: string, id: string): Promise<void>
  removeByUid(kind: string, uid: string): Promise<void>
  removeByGrant(grantId: string): Promise<void>
}
export interface ArtefactSpaces {
  (namespace: string): Artefacts
  /**
   * Runs `work` as one unit of work: few rounds to the store, related records written together or not at all; nothing
   * when it failed.
   */
  asOne(work: () => Promise<'done' | 'failed'>): Promise<void>
}
