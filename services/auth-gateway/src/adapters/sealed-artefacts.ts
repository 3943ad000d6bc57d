import { hash as digest } from 'node:crypto'
import { seal, unseal } from '@jackfield/sealing/seal'
import { isOfWaitingSignIn } from '../domain/waiting-sign-ins.ts'
import type { Artefact, ArtefactSpaces, Artefacts, FoundArtefact } from '../ports.ts'
import type { WaitingCounts, WaitingRoom } from './waiting-room.ts'

/** What a store keeps: it sees hashes and sealed bytes only. Times are seconds. */
export interface ArtefactStore extends WaitingCounts {
  put(row: {
    key: string
    kind: string
    payload: Buffer
    ttl: number
    grantKey: string | undefined
    uidKey: string | undefined
    /** Of a sign-in that waits to be finished: whose host's. */
    waitsAt: string | undefined
  }): Promise<void>
  get(key: string): Promise<StoredArtefact | undefined>
  getByUid(uidKey: string): Promise<StoredArtefact | undefined>
  getByGrant(grantKey: string): Promise<StoredArtefact[]>
  consume(key: string): Promise<boolean>
  remove(key: string): Promise<void>
  removeByUid(uidKey: string): Promise<void>
  removeByGrant(grantKey: string): Promise<void>
}
export type StoredArtefact = { key: string; payload: Buffer; consumedAt: number | undefined }

/**
 * Artefacts whose ids are never stored: the key is a hash over namespace, kind and id, so that an id of one tenant's host
 * is unknown on every other (T-23), and the payload, without its `jti`, is sealed to that key.
 */
export function sealedArtefacts(store: ArtefactStore, keys: readonly Buffer[], room?: WaitingRoom): ArtefactSpaces {
  const [current] = keys
  if (!current) throw new TypeError('KEY_ENCRYPTION_KEYS has no key.')
  return (namespace) => spaceOf(store, current, keys, namespace, room)
}

function spaceOf(
  store: ArtefactStore,
  current: Buffer,
  keys: readonly Buffer[],
  namespace: string,
  room: WaitingRoom | undefined,
): Artefacts {
  const hash = (kind: string, id: string) => digest('sha256', JSON.stringify([namespace, kind, id]), 'base64url')
  const keyOf = hash
  const uidKeyOf = (kind: string, uid: string) => hash(`uid ${kind}`, uid)
  const place = hash('waiting', '')
  const grantKeyOf = (grantId: string) => hash('grant', grantId)
  const open = (stored: StoredArtefact): FoundArtefact => ({
    payload: JSON.parse(unseal(stored.payload, keys, `artefact:${stored.key}`).toString()),
    consumedAt: stored.consumedAt,
  })
  return {
    async save({ kind, id, payload: { jti: _, ...rest }, ttl, grantId, uid }: Artefact) {
      const key = keyOf(kind, id)
      const waitsAt = isOfWaitingSignIn(kind) ? place : undefined
      if (waitsAt) await room?.admit(waitsAt, async () => (await store.get(key)) !== undefined)
      await store.put({
        key,
        kind,
        payload: seal(Buffer.from(JSON.stringify(rest)), current, `artefact:${key}`),
        ttl: Math.max(1, Math.ceil(ttl)),
        grantKey: grantId === undefined ? undefined : grantKeyOf(grantId),
        uidKey: uid === undefined ? undefined : uidKeyOf(kind, uid),
        waitsAt,
      })
    },
    async find(kind, id) {
      const stored = await store.get(keyOf(kind, id))
      if (!stored) return undefined
      const found = open(stored)
      return { ...found, payload: { ...found.payload, jti: id } }
    },
    async findByUid(kind, uid) {
      const stored = await store.getByUid(uidKeyOf(kind, uid))
      return stored && open(stored)
    },
    findByGrant: async (grantId) => (await store.getByGrant(grantKeyOf(grantId))).map(open),
    consume: (kind, id) => store.consume(keyOf(kind, id)),
    remove: (kind, id) => store.remove(keyOf(kind, id)),
    removeByUid: (kind, uid) => store.removeByUid(uidKeyOf(kind, uid)),
    removeByGrant: (grantId) => store.removeByGrant(grantKeyOf(grantId)),
  }
}
