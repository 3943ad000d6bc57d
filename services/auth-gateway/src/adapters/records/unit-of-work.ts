import { AsyncLocalStorage } from 'node:async_hooks'
import { type AuditRow, NOTHING, type RecordStore, type StoredRecord, type StoredRow } from './record-store.ts'

/** A record to be used once had been used before: nothing was written. */
export class AlreadyUsedError extends Error {
  override readonly name = 'AlreadyUsedError'
}

/**
 * Called after a record was inserted, not after it replaced what the unit has read. A record with this is inserted even
 * if it was removed since it was read.
 */
export type AfterInsert = () => Promise<void>

type Save = { row: StoredRow; afterInsert: AfterInsert | undefined }

/** What one request has read, and its writes, one for each key. */
type Unit = {
  /** Its writes are given up, also those that others do at once. */
  isDiscarded: boolean
  read: Map<string, Promise<StoredRecord | undefined>>
  keysByUid: Map<string, string>
  saves: Map<string, Save>
  removed: Set<string>
  removedOnce: Set<string>
  consumed: Set<string>
  events: Map<string, AuditRow>
  /** Called when the unit has ended. */
  settling: Array<() => void>
}

export type UnitStore = Pick<
  RecordStore,
  'get' | 'getByUid' | 'getByGrant' | 'getListed' | 'removeByUid' | 'removeByGrant' | 'stopWaiting'
> & {
  /** `settle` is called once the record is written or given up. */
  put(row: StoredRow, afterInsert?: AfterInsert, settle?: () => void): Promise<void>
  remove(key: string): Promise<void>
  /** With the other writes of the unit. @throws {AlreadyUsedError} at its end, or at once outside of a unit */
  removeOnce(key: string): Promise<void>
  /** At once and atomic: true for the first caller only. */
  consume(key: string): Promise<boolean>
  /** With the other writes of the unit. @throws {AlreadyUsedError} at its end, or at once outside of a unit */
  consumeAtEnd(key: string): Promise<void>
  /** Owes an event to the audit log. */
  audit(row: AuditRow): Promise<void>
  isDiscarding(): boolean
}

const newUnit = (isDiscarded: boolean): Unit => ({
  isDiscarded,
  read: new Map(),
  keysByUid: new Map(),
  saves: new Map(),
  removed: new Set(),
  removedOnce: new Set(),
  consumed: new Set(),
  events: new Map(),
  settling: [],
})

/**
 * Makes a request of the OpenID Provider one unit of work (Fowler): its writes are buffered and written in one step when
 * it has ended, so no code is consumed without its tokens and no grant saved without its session. Each record is read
 * once, in one round with those related to it. Outside of a unit every call goes to the store at once.
 */
export function unitsOfWork(store: RecordStore) {
  const current = new AsyncLocalStorage<Unit>()

  async function write(unit: Unit): Promise<void> {
    const uses = unit.consumed.size + unit.removedOnce.size
    if (uses + unit.saves.size + unit.removed.size + unit.events.size === 0) return
    // Sorted: two batches that lock the same rows cannot deadlock.
    const saves = [...unit.saves.values()].sort((one, other) => (one.row.key < other.row.key ? -1 : 1))
    const existed = new Set<Save>()
    for (const save of saves) if (await unit.read.get(save.row.key)) existed.add(save)
    const { isDone, gone } = await store.write({
      consumed: [...unit.consumed].sort(),
      removed: [...unit.removed].sort(),
      removedOnce: [...unit.removedOnce].sort(),
      saved: saves.filter((save) => !existed.has(save)).map(({ row }) => row),
      replaced: [...existed].map(({ row }) => row),
      events: [...unit.events.values()],
    })
    if (!isDone) throw new AlreadyUsedError('a record to be used once had been used before')
    for (const save of saves.filter(({ afterInsert }) => afterInsert)) {
      const isGone = gone.includes(save.row.key)
      if (isGone) await store.write({ ...NOTHING, saved: [save.row] })
      if (isGone || !existed.has(save)) await save.afterInsert?.()
    }
  }

  function read({ read: known, keysByUid }: Unit, key: string): Promise<StoredRecord | undefined> {
    const reading = store.getWithRelated(key).then(
      (found) => {
        for (const each of found) {
          if (!known.has(each.key)) known.set(each.key, Promise.resolve(each))
          if (each.uidKey) keysByUid.set(each.uidKey, each.key)
        }
        return found.find((each) => each.key === key)
      },
      (error: unknown) => {
        known.delete(key)
        throw error
      },
    )
    known.set(key, reading)
    return reading
  }

  const units: UnitStore = {
    async get(key) {
      const unit = current.getStore()
      if (!unit) return store.get(key)
      if (unit.removed.has(key) || unit.removedOnce.has(key)) return undefined
      const saved = unit.saves.get(key)?.row
      if (!saved) return unit.read.get(key) ?? read(unit, key)
      return { key, payload: saved.payload, consumedAt: (await unit.read.get(key))?.consumedAt }
    },
    async put(row, afterInsert, settle) {
      const unit = current.getStore()
      if (unit) {
        unit.removed.delete(row.key)
        unit.removedOnce.delete(row.key)
        unit.saves.set(row.key, { row, afterInsert })
        if (settle) unit.settling.push(settle)
        return
      }
      await store.write({ ...NOTHING, saved: [row] }).finally(settle)
      await afterInsert?.()
    },
    async remove(key) {
      const unit = current.getStore()
      if (!unit) return void (await store.write({ ...NOTHING, removed: [key] }))
      unit.saves.delete(key)
      unit.consumed.delete(key)
      unit.removed.add(key)
    },
    async removeOnce(key) {
      const unit = current.getStore()
      unit?.saves.delete(key)
      if (unit) unit.removedOnce.add(key)
      else if (!(await store.write({ ...NOTHING, removedOnce: [key] })).isDone)
        throw new AlreadyUsedError('used before')
    },
    async consume(key) {
      const unit = current.getStore()
      if (unit?.isDiscarded) return (await units.get(key))?.consumedAt === undefined
      const buffered = unit?.saves.get(key)?.row
      if (buffered) await store.write({ ...NOTHING, saved: [buffered] })
      unit?.saves.delete(key)
      unit?.read.delete(key)
      return (await store.write({ ...NOTHING, consumed: [key] })).isDone
    },
    async consumeAtEnd(key) {
      const unit = current.getStore()
      if (unit) unit.consumed.add(key)
      else if (!(await units.consume(key))) throw new AlreadyUsedError('consumed before')
    },
    async audit(row) {
      const unit = current.getStore()
      if (unit) unit.events.set(row.id, row)
      else await store.write({ ...NOTHING, events: [row] })
    },
    async getByUid(uidKey) {
      const known = current.getStore()?.keysByUid.get(uidKey)
      return known === undefined ? store.getByUid(uidKey) : units.get(known)
    },
    getByGrant: (grantKey) => store.getByGrant(grantKey),
    getListed: (...list) => store.getListed(...list),
    stopWaiting: atOnce((key) => store.stopWaiting(key)),
    removeByUid: atOnce((uidKey) => store.removeByUid(uidKey)),
    removeByGrant: atOnce((grantKey) => store.removeByGrant(grantKey)),
    isDiscarding: () => current.getStore()?.isDiscarded ?? false,
  }

  /** A change outside of the unit's own, which a discarded one leaves out. */
  function atOnce(change: (key: string) => Promise<void>) {
    return async (key: string) => {
      if (!current.getStore()?.isDiscarded) await change(key)
    }
  }

  return {
    store: units,
    discarding: <Result>(work: () => Result): Result => current.run(newUnit(true), work),
    /**
     * Runs `work` as one unit, then writes it unless `work` returns `failed`.
     *
     * @throws {AlreadyUsedError}
     */
    async run(work: () => Promise<'done' | 'failed'>): Promise<void> {
      if (current.getStore()?.isDiscarded) return void (await work())
      const unit = newUnit(false)
      try {
        if ((await current.run(unit, work)) === 'done') await write(unit)
      } finally {
        for (const settle of unit.settling) settle()
      }
    },
  }
}
