import { AsyncLocalStorage } from 'node:async_hooks'
import { type ArtefactStore, type Companion, NOTHING, type StoredArtefact, type StoredRow } from './artefact-store.ts'

/** Buffered until a COMPLETING kind is saved or the request ends. */
const BUFFERED = new Set(['Grant', 'AuthorizationCode', 'SessionBrowserName', 'MicrosoftSession', 'PersonHost'])
const COMPLETING = new Set(['Session', 'RefreshToken', 'DeviceCode'])

/** Thrown when a record to be consumed with a save was consumed before: nothing was saved. */
export class AlreadyUsedError extends Error {
  override readonly name = 'AlreadyUsedError'
}

/** Reads of one request and its buffered writes. */
type Unit = {
  read: Map<string, Promise<StoredArtefact | undefined>>
  readByUid: Map<string, StoredArtefact>
  /** Keys that existed when this request read them. */
  existing: Set<string>
  consumed: Set<string>
  rows: Map<string, StoredRow>
}

export type UnitStore = Pick<ArtefactStore, 'get' | 'getByUid' | 'getByGrant' | 'removeByUid' | 'removeByGrant'> & {
  /** Reads the store, not the cache of this request. */
  getFresh(key: string): Promise<StoredArtefact | undefined>
  /** True when it replaced a record that this request has read and that still existed. */
  put(row: StoredRow): Promise<boolean>
  remove(key: string): Promise<void>
  consume(key: string): Promise<boolean>
  /**
   * Consumed in the batch of the next COMPLETING save, which throws AlreadyUsedError for the second of two requests.
   */
  consumeWithNext(key: string): Promise<boolean>
}

/**
 * Makes a request of the OpenID Provider one unit of work (Fowler): related records are read in one round and written
 * in one batch. A sign-in is two reads and two writes; no code is consumed without its tokens, no grant saved without
 * its session. Outside of a unit every call goes to the store at once.
 */
export function unitsOfWork(store: ArtefactStore) {
  const current = new AsyncLocalStorage<Unit>()

  /**
   * Returns the keys of replaced rows that no longer existed; they are not restored.
   *
   * @throws {AlreadyUsedError} after clearing the cache, which is out of date
   */
  async function write(unit: Unit): Promise<readonly string[]> {
    // Sorted: two batches that lock the same rows cannot deadlock.
    const rows = [...unit.rows.values()].sort((one, other) => (one.key < other.key ? -1 : 1))
    const batch = {
      ...NOTHING,
      consumed: [...unit.consumed].sort(),
      saved: rows.filter(({ key }) => !unit.existing.has(key)),
      replaced: rows.filter(({ key }) => unit.existing.has(key)),
    }
    for (const held of [unit.consumed, unit.rows]) held.clear()
    if (batch.consumed.length + rows.length === 0) return []
    const { isDone, gone } = await store.write(batch)
    if (isDone) return gone
    forget(unit)
    throw new AlreadyUsedError('what was to be consumed had been')
  }

  function readTogether(unit: Unit, key: string): Promise<StoredArtefact | undefined> {
    const reading = store.getTogether(key).then(
      (found) => {
        for (const each of found) remember(unit, each, each.key === key)
        return found.find((each) => each.key === key)
      },
      (error: unknown) => {
        unit.read.delete(key)
        throw error
      },
    )
    unit.read.set(key, reading)
    return reading
  }

  async function putAtOnce(row: StoredRow): Promise<false> {
    await store.write({ ...NOTHING, saved: [row] })
    return false
  }

  const units: UnitStore = {
    async put(row) {
      const unit = current.getStore()
      if (unit) await rememberPut(unit, row)
      if (!unit || !(BUFFERED.has(row.kind) || COMPLETING.has(row.kind))) return putAtOnce(row)
      unit.rows.set(row.key, row)
      const isReplacing = unit.existing.has(row.key)
      if (!COMPLETING.has(row.kind)) return isReplacing
      const gone = await write(unit)
      if (isReplacing && !gone.includes(row.key)) return true
      // A new record can change what else is visible: the cache is cleared.
      forget(unit)
      return gone.includes(row.key) ? putAtOnce(row) : false
    },
    async remove(key) {
      const unit = current.getStore()
      if (unit) {
        unit.rows.delete(key)
        unit.existing.delete(key)
        unit.read.set(key, Promise.resolve(undefined))
        for (const [uidKey, found] of unit.readByUid) if (found.key === key) unit.readByUid.delete(uidKey)
      }
      await store.write({ ...NOTHING, removed: [key] })
    },
    async get(key) {
      const unit = current.getStore()
      return unit ? (unit.read.get(key) ?? readTogether(unit, key)) : store.get(key)
    },
    async getFresh(key) {
      const found = await store.get(key)
      const unit = current.getStore()
      unit?.read.set(key, Promise.resolve(found))
      if (unit && found) unit.existing.add(key)
      return found
    },
    async getByUid(uidKey) {
      return current.getStore()?.readByUid.get(uidKey) ?? store.getByUid(uidKey)
    },
    async consume(key) {
      const { isDone } = await store.write({ ...NOTHING, consumed: [key] })
      current.getStore()?.read.delete(key)
      return isDone
    },
    async consumeWithNext(key) {
      const unit = current.getStore()
      if (!unit) return (await store.write({ ...NOTHING, consumed: [key] })).isDone
      unit.consumed.add(key)
      return true
    },
    getByGrant: (grantKey) => store.getByGrant(grantKey),
    async removeByUid(uidKey) {
      await store.removeByUid(uidKey)
      forget(current.getStore())
    },
    async removeByGrant(grantKey) {
      await store.removeByGrant(grantKey)
      forget(current.getStore())
    },
  }

  return {
    store: units,
    /**
     * Runs `work` as one unit, then writes what is still buffered unless `work` returns `failed`.
     *
     * @throws {AlreadyUsedError}
     */
    async run(work: () => Promise<'done' | 'failed'>): Promise<void> {
      const unit: Unit = {
        read: new Map(),
        readByUid: new Map(),
        existing: new Set(),
        consumed: new Set(),
        rows: new Map(),
      }
      if ((await current.run(unit, work)) === 'done') await write(unit)
    },
  }
}

/** Keeps what this request wrote itself over an older companion from the store. */
function remember(unit: Unit, found: Companion, isAsked: boolean): void {
  if (!isAsked && (unit.read.has(found.key) || unit.rows.has(found.key))) return
  unit.existing.add(found.key)
  unit.read.set(found.key, Promise.resolve(found))
  if (found.uidKey !== null) unit.readByUid.set(found.uidKey, found)
}

async function rememberPut(unit: Unit, { key, payload, uidKey }: StoredRow): Promise<void> {
  const before = await unit.read.get(key)?.catch(() => undefined)
  const put = { key, payload, consumedAt: before?.consumedAt }
  unit.read.set(key, Promise.resolve(put))
  if (uidKey !== undefined) unit.readByUid.set(uidKey, put)
}

function forget(unit: Unit | undefined): void {
  unit?.read.clear()
  unit?.readByUid.clear()
  unit?.existing.clear()
}
