import { AsyncLocalStorage } from 'node:async_hooks'
import { type ArtefactStore, type Companion, NOTHING, type StoredArtefact, type StoredRow } from './artefact-store.ts'

/** These wait for what completes them, or for the end, and are written with it. */
const WAITING = new Set(['Grant', 'AuthorizationCode', 'SessionBrowserName', 'MicrosoftSession', 'PersonHost'])
const COMPLETING = new Set(['Session', 'RefreshToken', 'DeviceCode'])

/** What was to be consumed together with a save had been consumed: nothing was saved. */
export class AlreadyUsedError extends Error {
  override readonly name = 'AlreadyUsedError'
}

/** What one request has read, and what it still has to write. */
type Unit = {
  read: Map<string, Promise<StoredArtefact | undefined>>
  readByUid: Map<string, StoredArtefact>
  /** Were in the store when this request read them. */
  there: Set<string>
  consumed: Set<string>
  rows: Map<string, StoredRow>
}

export type UnitStore = Pick<ArtefactStore, 'get' | 'getByUid' | 'getByGrant' | 'removeByUid' | 'removeByGrant'> & {
  /** The artefact as it is now, whatever this request has read before. */
  getAnew(key: string): Promise<StoredArtefact | undefined>
  /** True when it took the place of one that this request had read, which was there still. */
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

  /**
   * Answers which of the rows it had read were there no more: they stay so.
   * @throws {AlreadyUsedError} and forgets what was read, which is no longer so
   */
  async function write(unit: Unit): Promise<readonly string[]> {
    // In one order whoever writes them: two who write the same rows wait for each other, and never in a circle.
    const rows = [...unit.rows.values()].sort((one, other) => (one.key < other.key ? -1 : 1))
    const batch = {
      ...NOTHING,
      consumed: [...unit.consumed].sort(),
      saved: rows.filter(({ key }) => !unit.there.has(key)),
      replaced: rows.filter(({ key }) => unit.there.has(key)),
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
      if (!unit || !(WAITING.has(row.kind) || COMPLETING.has(row.kind))) return putAtOnce(row)
      unit.rows.set(row.key, row)
      const isReplacing = unit.there.has(row.key)
      if (!COMPLETING.has(row.kind)) return isReplacing
      const gone = await write(unit)
      if (isReplacing && !gone.includes(row.key)) return true
      // Something new is in the store: what was read before it may look otherwise beside it.
      forget(unit)
      return gone.includes(row.key) ? putAtOnce(row) : false
    },
    async remove(key) {
      const unit = current.getStore()
      if (unit) {
        unit.rows.delete(key)
        unit.there.delete(key)
        unit.read.set(key, Promise.resolve(undefined))
        for (const [uidKey, found] of unit.readByUid) if (found.key === key) unit.readByUid.delete(uidKey)
      }
      await store.write({ ...NOTHING, removed: [key] })
    },
    async get(key) {
      const unit = current.getStore()
      return unit ? (unit.read.get(key) ?? readTogether(unit, key)) : store.get(key)
    },
    async getAnew(key) {
      const found = await store.get(key)
      const unit = current.getStore()
      unit?.read.set(key, Promise.resolve(found))
      if (unit && found) unit.there.add(key)
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
     * Does `work` as one unit. What nothing has completed is written after it, unless `work` answers that it has failed.
     * @throws {AlreadyUsedError}
     */
    async run(work: () => Promise<'done' | 'failed'>): Promise<void> {
      const unit: Unit = { read: new Map(), readByUid: new Map(), there: new Set(), consumed: new Set(), rows: new Map() }
      if ((await current.run(unit, work)) === 'done') await write(unit)
    },
  }
}

/** What this request has changed itself, it knows better than a companion that is read after. */
function remember(unit: Unit, found: Companion, isAsked: boolean): void {
  if (!isAsked && (unit.read.has(found.key) || unit.rows.has(found.key))) return
  unit.there.add(found.key)
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
  unit?.there.clear()
}
