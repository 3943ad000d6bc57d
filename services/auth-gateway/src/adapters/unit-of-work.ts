import { AsyncLocalStorage } from 'node:async_hooks'
import { type ArtefactStore, NOTHING, type StoredArtefact, type StoredRow } from './artefact-store.ts'

/** These wait for what completes them, or for the end, and are written with it. */
const WAITING = new Set(['Grant', 'AuthorizationCode', 'RefreshTokenSuccessor', 'SessionBrowserName', 'MicrosoftSession', 'PersonHost'])
const COMPLETING = new Set(['Session', 'RefreshToken'])

/** What was to be consumed together with a save had been consumed: nothing was saved. */
export class AlreadyUsedError extends Error {
  override readonly name = 'AlreadyUsedError'
}

/** What one request has read, and what it still has to write. */
type Unit = {
  read: Map<string, StoredArtefact | undefined>
  readByUid: Map<string, StoredArtefact>
  /** Were in the store when this request read them. */
  there: Set<string>
  consumed: Set<string>
  removed: Set<string>
  rows: Map<string, StoredRow>
}

export type UnitStore = Pick<ArtefactStore, 'get' | 'getByUid' | 'getByGrant' | 'removeByUid' | 'removeByGrant'> & {
  /** True when it took the place of one that this request had read. */
  put(row: StoredRow): Promise<boolean>
  remove(key: string): Promise<void>
  consume(key: string): Promise<boolean>
  /** Consumes in one step with what completes the request, whose `put` throws AlreadyUsedError for whoever is second. */
  consumeWithNext(key: string): Promise<boolean>
}

/**
 * A store in which a request of the OpenID Provider is one unit of work (Fowler): what belongs together is read in one round and written in
 * one step. A sign-in is two reads and two writes; a code is never used up without its tokens, nor a grant kept without its session.
 * Outside of a unit everything is done at once.
 */
export function unitsOfWork(store: ArtefactStore) {
  const current = new AsyncLocalStorage<Unit>()

  /** @throws {AlreadyUsedError} and forgets what was read, which is no longer so */
  async function write(unit: Unit): Promise<void> {
    // In one order whoever writes them: two who write the same rows wait for each other, and never in a circle.
    const rows = [...unit.rows.values()].sort((one, other) => (one.key < other.key ? -1 : 1))
    const batch = {
      consumed: [...unit.consumed],
      removed: [...unit.removed],
      saved: rows.filter(({ key }) => !unit.there.has(key)),
      replaced: rows.filter(({ key }) => unit.there.has(key)),
    }
    for (const held of [unit.consumed, unit.removed, unit.rows]) held.clear()
    if (batch.consumed.length + batch.removed.length + rows.length === 0 || (await store.write(batch))) return
    forget(unit)
    throw new AlreadyUsedError('what was to be consumed had been')
  }

  async function readTogether(unit: Unit, key: string): Promise<StoredArtefact | undefined> {
    unit.read.set(key, undefined)
    for (const { uidKey, ...found } of await store.getTogether(key)) {
      unit.there.add(found.key)
      unit.read.set(found.key, found)
      if (uidKey !== null) unit.readByUid.set(uidKey, found)
    }
    return unit.read.get(key)
  }

  const units: UnitStore = {
    async put(row) {
      const unit = current.getStore()
      unit?.read.set(row.key, { key: row.key, payload: row.payload, consumedAt: unit.read.get(row.key)?.consumedAt })
      if (!unit || !(WAITING.has(row.kind) || COMPLETING.has(row.kind))) {
        await store.write({ ...NOTHING, saved: [row] })
        return false
      }
      unit.removed.delete(row.key)
      unit.rows.set(row.key, row)
      const isReplacing = unit.there.has(row.key)
      if (COMPLETING.has(row.kind)) await write(unit)
      return isReplacing
    },
    async remove(key) {
      const unit = current.getStore()
      if (!unit) return void (await store.write({ ...NOTHING, removed: [key] }))
      unit.rows.delete(key)
      unit.consumed.delete(key)
      unit.there.delete(key)
      unit.read.set(key, undefined)
      unit.removed.add(key)
    },
    async get(key) {
      const unit = current.getStore()
      if (!unit) return store.get(key)
      return unit.read.has(key) ? unit.read.get(key) : readTogether(unit, key)
    },
    async getByUid(uidKey) {
      return current.getStore()?.readByUid.get(uidKey) ?? store.getByUid(uidKey)
    },
    async consume(key) {
      const isFirst = await store.write({ ...NOTHING, consumed: [key] })
      current.getStore()?.read.delete(key)
      return isFirst
    },
    async consumeWithNext(key) {
      const unit = current.getStore()
      if (!unit) return store.write({ ...NOTHING, consumed: [key] })
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
     * Does `work` as one unit. What nothing has completed is written after it, unless `work` answers that it has failed.
     * @throws {AlreadyUsedError}
     */
    async run(work: () => Promise<'done' | 'failed'>): Promise<void> {
      const unit: Unit = {
        read: new Map(),
        readByUid: new Map(),
        there: new Set(),
        consumed: new Set(),
        removed: new Set(),
        rows: new Map(),
      }
      if ((await current.run(unit, work)) === 'done') await write(unit)
    },
  }
}

function forget(unit: Unit | undefined): void {
  unit?.read.clear()
  unit?.readByUid.clear()
  unit?.there.clear()
}
