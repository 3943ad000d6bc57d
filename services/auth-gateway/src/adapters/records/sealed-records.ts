import { AsyncLocalStorage } from 'node:async_hooks'
import { hash } from 'node:crypto'
import { fitAuditEvent, type NewAuditEvent } from '@jackfield/contract/access/audit-event'
import { seal, UnsealError, unseal } from '@jackfield/sealing/seal'
import { v7 } from 'uuid'
import { COMPANIONS_OF_ATTEMPT, isOfWaitingSignIn, PENDING_LOGINS } from '../../domain/rate-limits.ts'
import type { FoundRecord, RecordSpaces, Records } from '../../ports.ts'
import type { ListOf, RecordStore, StoredRecord } from './record-store.ts'
import { type UnitStore, unitsOfWork } from './unit-of-work.ts'
import type { WaitingRoom } from './waiting-room.ts'

/** Reported as the kind of a record found by its grant, whose kind is not known. */
const OF_A_GRANT = 'member of a grant'
const OF_A_LIST = 'member of a list'

/**
 * Stores records without their ids. The key is a hash over namespace, kind and id, so that an id of one host is unknown
 * on every other (T-23); the payload, without its `jti`, is sealed to that key. A record that no key opens counts as
 * expired (FC-61): people sign in again.
 */
export function sealedRecords(
  store: RecordStore,
  keys: readonly Buffer[],
  room?: WaitingRoom,
  onUnopened: (kind: string) => void = () => undefined,
): RecordSpaces {
  const [current] = keys
  if (!current) throw new TypeError('KEY_ENCRYPTION_KEYS has no key.')
  const units = unitsOfWork(store)
  const open = ({ key, payload, consumedAt }: StoredRecord, kind: string): FoundRecord | undefined => {
    try {
      return { payload: JSON.parse(unseal(payload, keys, contextOf(key)).toString()), consumedAt }
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error
      onUnopened(kind) // its key was removed, or it was altered or moved
      return undefined
    }
  }
  const networks = new AsyncLocalStorage<string>()
  const sealTo = (key: string, payload: object) => seal(Buffer.from(JSON.stringify(payload)), current, contextOf(key))
  return Object.assign(
    (namespace: string) =>
      spaceOf(units.store, { open, sealTo, network: () => networks.getStore() ?? '' }, namespace, room),
    {
      asOne: units.run,
      discarding: units.discarding,
      from: <Result>(network: string, work: () => Result) => networks.run(network, work),
      countListed: (group: string) => store.countListed(group),
      async audit({ id = v7(), ...event }: NewAuditEvent & { id?: string }) {
        const at = new Date().toISOString()
        await units.store.audit({ id, tenantId: event.tenantId, event: { ...fitAuditEvent(event), id, at } })
      },
    },
  )
}

const keyIn = (namespace: string, kind: string, id: string) =>
  hash('sha256', JSON.stringify([namespace, kind, id]), 'base64url')
/** The uid key of the login that an attempt has at Microsoft. */
const pendingLoginKey = (attempt: string) => keyIn(PENDING_LOGINS, 'uid PendingLogin', attempt)

const contextOf = (key: string) => `record:${key}`

type Sealing = {
  open(stored: StoredRecord, kind: string): FoundRecord | undefined
  sealTo(key: string, payload: object): Buffer
  network(): string
}

function spaceOf(
  store: UnitStore,
  { open, sealTo, network }: Sealing,
  namespace: string,
  room: WaitingRoom | undefined,
): Records {
  const keyOf = (kind: string, id: string) => keyIn(namespace, kind, id)
  const uidKeyOf = (kind: string, uid: string) => keyOf(`uid ${kind}`, uid)
  const grantKeyOf = (grantId: string) => keyOf('grant', grantId)
  const listKeyOf = (list: ListOf, name: string) => keyOf(`list ${list}`, name)
  const place = keyOf('waiting', '')
  const companionsOf = (kind: string, id: string) =>
    kind === 'Interaction' ? [...COMPANIONS_OF_ATTEMPT.map((each) => keyOf(each, id)), pendingLoginKey(id)] : []
  return {
    async save({ kind, id, payload: { jti: _, ...rest }, ttl, grantId, uid, related, listed }, afterInsert) {
      const key = keyOf(kind, id)
      const waitsAt = isOfWaitingSignIn(kind, rest) ? place : undefined
      const settle =
        waitsAt &&
        !store.isDiscarding() &&
        (await room?.admit(waitsAt, async () => (await store.get(key)) !== undefined))
      const row = {
        key,
        kind,
        payload: sealTo(key, rest),
        ttl: Math.max(1, Math.ceil(ttl)),
        grantKey: grantId === undefined ? undefined : grantKeyOf(grantId),
        uidKey: uid === undefined ? undefined : uidKeyOf(kind, uid),
        waitsAt,
        waitsFrom: waitsAt && hash('sha256', network(), 'base64url'),
        waitsWith: waitsAt ? companionsOf(kind, id) : [],
        relatedKeys: related?.grantIds.map((each) => keyOf('Grant', each)) ?? [],
        relatedUidKey: related?.sessionUid === undefined ? undefined : uidKeyOf('Session', related.sessionUid),
        tenantList: listed && listKeyOf('tenant', listed.tenant),
        personList: listed && listKeyOf('person', listed.person),
        listedAs: listed?.as,
        listLifetime: listed?.lifetime,
        listGroup: listed?.group,
      }
      await store.put(row, afterInsert, settle || undefined)
    },
    async find(kind, id) {
      const stored = await store.get(keyOf(kind, id))
      const found = stored && open(stored, kind)
      return found && { ...found, payload: { ...found.payload, jti: id } }
    },
    async findByUid(kind, uid) {
      const stored = await store.getByUid(uidKeyOf(kind, uid))
      return stored && open(stored, kind)
    },
    findByGrant: async (grantId) =>
      (await store.getByGrant(grantKeyOf(grantId))).flatMap((stored) => open(stored, OF_A_GRANT) ?? []),
    async findListed(name, page) {
      const [list, of] = 'tenant' in name ? (['tenant', name.tenant] as const) : (['person', name.person] as const)
      const found = await store.getListed(list, listKeyOf(list, of), page)
      return found.flatMap((stored) => open(stored, OF_A_LIST) ?? [])
    },
    consume: (kind, id) => store.consume(keyOf(kind, id)),
    consumeAtEnd: (kind, id) => store.consumeAtEnd(keyOf(kind, id)),
    stopWaiting: (kind, id) => store.stopWaiting(keyOf(kind, id)),
    remove: (kind, id) => store.remove(keyOf(kind, id)),
    removeOnce: (kind, id) => store.removeOnce(keyOf(kind, id)),
    removeByUid: (kind, uid) => store.removeByUid(uidKeyOf(kind, uid)),
    removeByGrant: (grantId) => store.removeByGrant(grantKeyOf(grantId)),
  }
}
