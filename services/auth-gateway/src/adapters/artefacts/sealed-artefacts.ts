import { hash as digest } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { isOfWaitingSignIn } from '../../domain/rate-limits.ts'
import type { Artefact, ArtefactSpaces, Artefacts, FoundArtefact } from '../../ports.ts'
import type { ArtefactStore, StoredArtefact } from './artefact-store.ts'
import { type PayloadSeal, payloadSeal } from './payload-seal.ts'
import { type UnitStore, unitsOfWork } from './unit-of-work.ts'
import type { WaitingRoom } from './waiting-room.ts'

/**
 * Stores records without their ids. The key is a hash over namespace, kind and id, so that an id of one host is unknown
 * on every other (T-23); the payload, without its `jti`, is sealed to that key. A record that no key opens counts as
 * expired (FC-61): people sign in again.
 */
export function sealedArtefacts(
  store: ArtefactStore,
  keys: readonly Buffer[],
  room?: WaitingRoom,
  onUnopened: (kind: string) => void = () => undefined,
): ArtefactSpaces {
  const [current] = keys
  if (!current) throw new TypeError('KEY_ENCRYPTION_KEYS has no key.')
  const units = unitsOfWork(store)
  const payloads = payloadSeal(current, keys, onUnopened)
  const indexes = new LRUCache<string, string>({ max: MOST_CACHED_INDEXES })
  return Object.assign((namespace: string) => spaceOf(units.store, payloads, indexes, namespace, room), {
    asOne: units.run,
  })
}

/** Index keys are needed often and open nothing, so their hashes are cached. */
const MOST_CACHED_INDEXES = 5_000

function spaceOf(
  store: UnitStore,
  payloads: PayloadSeal,
  indexes: LRUCache<string, string>,
  namespace: string,
  room: WaitingRoom | undefined,
): Artefacts {
  const keyOf = (kind: string, id: string) => digest('sha256', JSON.stringify([namespace, kind, id]), 'base64url')
  const indexOf = (kind: string, id: string) => {
    const name = JSON.stringify([namespace, kind, id])
    const known = indexes.get(name) ?? keyOf(kind, id)
    indexes.set(name, known)
    return known
  }
  const uidKeyOf = (kind: string, uid: string) => indexOf(`uid ${kind}`, uid)
  const place = keyOf('waiting', '')
  const grantKeyOf = (grantId: string) => indexOf('grant', grantId)
  const open = (stored: StoredArtefact, kind?: string): FoundArtefact | undefined => {
    const text = payloads.open(stored, kind)
    return text === undefined ? undefined : { payload: JSON.parse(text), consumedAt: stored.consumedAt }
  }
  const openOf = (kind: string, id: string, stored: StoredArtefact | undefined): FoundArtefact | undefined => {
    const found = stored && open(stored, kind)
    return found && { ...found, payload: { ...found.payload, jti: id } }
  }
  return {
    async save({ kind, id, payload: { jti: _, ...rest }, ttl, grantId, uid, companions }: Artefact) {
      const key = keyOf(kind, id)
      const waitsAt = isOfWaitingSignIn(kind) ? place : undefined
      const settle = waitsAt && (await room?.admit(waitsAt, async () => (await store.get(key)) !== undefined))
      const putting = store.put({
        key,
        kind,
        payload: payloads.seal(kind, key, JSON.stringify(rest)),
        ttl: Math.max(1, Math.ceil(ttl)),
        grantKey: grantId === undefined ? undefined : grantKeyOf(grantId),
        uidKey: uid === undefined ? undefined : uidKeyOf(kind, uid),
        waitsAt,
        companionKeys: companions?.grantIds.map((grant) => indexOf('Grant', grant)) ?? [],
        companionUidKey: companions?.sessionUid === undefined ? undefined : uidKeyOf('Session', companions.sessionUid),
      })
      return settle ? putting.finally(settle) : putting
    },
    find: async (kind, id) => openOf(kind, id, await store.get(keyOf(kind, id))),
    findFresh: async (kind, id) => openOf(kind, id, await store.getFresh(keyOf(kind, id))),
    async findByUid(kind, uid) {
      const stored = await store.getByUid(uidKeyOf(kind, uid))
      return stored && open(stored, kind)
    },
    findByGrant: async (grantId) =>
      (await store.getByGrant(grantKeyOf(grantId))).flatMap((stored) => open(stored) ?? []),
    consume: (kind, id) => store.consume(keyOf(kind, id)),
    consumeWithNext: (kind, id) => store.consumeWithNext(keyOf(kind, id)),
    remove: (kind, id) => store.remove(keyOf(kind, id)),
    removeByUid: (kind, uid) => store.removeByUid(uidKeyOf(kind, uid)),
    removeByGrant: (grantId) => store.removeByGrant(grantKeyOf(grantId)),
  }
}
