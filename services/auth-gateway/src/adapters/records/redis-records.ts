import type { Redis } from 'ioredis'
import { DEVICE_LOGIN } from '../../domain/lifetimes.ts'
import type { RecordStore, RelatedRecord, StoredRecord, StoredRow } from './record-store.ts'
import { giveWayScript, listScript, namesOf, readScript, stopWaitingScript, writeScript } from './redis-scripts.ts'

/** Sent as EVALSHA; ioredis sends the text again to a server that does not know it. */
type Scripts = {
  writeRecords(keys: 0, batch: string, ...payloads: Buffer[]): Promise<[number, ...string[]]>
  getRecordsBuffer(keys: 0, key: string): Promise<Buffer[]>
  getListedBuffer(keys: 0, list: string, from: string, count: number): Promise<Buffer[]>
  stopWaiting(keys: 0, key: string): Promise<void>
  giveWay(keys: 0, place: string, count: number, now: number): Promise<number>
}

/** Records in Redis or Valkey: a hash for each, expired by Redis; every key begins with `prefix`. */
export function redisRecords(redis: Redis, prefix: string): RecordStore {
  const names = namesOf(prefix)
  const { keyName, uidName, grantName, waitingName, groupName } = names
  redis.defineCommand('writeRecords', { lua: writeScript(names) })
  redis.defineCommand('getRecords', { lua: readScript(names) })
  redis.defineCommand('getListed', { lua: listScript(names) })
  redis.defineCommand('stopWaiting', { lua: stopWaitingScript(names) })
  redis.defineCommand('giveWay', { lua: giveWayScript(names) })
  const scripts = redis as Redis & Scripts
  const get = async (key: string): Promise<StoredRecord | undefined> => {
    const [payload, consumed] = await redis.hmgetBuffer(keyName(key), 'payload', 'consumed')
    return payload ? { key, payload, consumedAt: consumed ? Number(consumed.toString()) : undefined } : undefined
  }
  return {
    async write({ consumed, removed, removedOnce, saved, replaced, events }) {
      const now = Date.now()
      const describe = ({ payload: _, listLifetime, ...row }: StoredRow, isReplacing: boolean) => ({
        ...row,
        isReplacing,
        ...(listLifetime && { oldestOfTenant: smallestUuid(now - listLifetime * 1_000) }),
      })
      const rows = [...saved.map((row) => describe(row, false)), ...replaced.map((row) => describe(row, true))]
      const owed = events.map(({ id, tenantId, event }) => ({
        id,
        tenant: tenantId ?? '',
        event: JSON.stringify(event),
      }))
      const batch = JSON.stringify({
        now,
        oldestOfPerson: smallestUuid(now - DEVICE_LOGIN * 1_000),
        consumed,
        removed: [...removed, ...removedOnce],
        removedOnce,
        rows,
        events: owed,
      })
      const payloads = [...saved, ...replaced].map(({ payload }) => payload)
      const [done, ...gone] = await scripts.writeRecords(0, batch, ...payloads)
      return { isDone: done === 1, gone }
    },
    get,
    async getWithRelated(key) {
      const parts = await scripts.getRecordsBuffer(0, key)
      return Array.from({ length: parts.length / 4 }, (_, index) => toRelated(parts.slice(index * 4, index * 4 + 4)))
    },
    async getListed(_list, listKey, { before, limit }) {
      const found: StoredRecord[] = []
      for (let from = before === undefined ? '+' : `(${before}`; from !== ''; ) {
        const [next, ...parts] = await scripts.getListedBuffer(0, listKey, from, limit - found.length)
        for (let index = 0; index < parts.length; index += 2)
          found.push({ key: String(parts[index]), payload: parts[index + 1] as Buffer, consumedAt: undefined })
        from = String(next)
      }
      return found
    },
    async countListed(group) {
      await redis.zremrangebyscore(groupName(group), 0, Date.now())
      return redis.zcard(groupName(group))
    },
    async countWaiting(place) {
      await redis.zremrangebyscore(waitingName(place), 0, Date.now())
      return redis.zcard(waitingName(place))
    },
    giveWay: (place = '', count) => scripts.giveWay(0, place, count, Date.now()),
    async stopWaiting(key) {
      await scripts.stopWaiting(0, key)
    },
    async getByUid(uidKey) {
      const key = await redis.get(uidName(uidKey))
      return key === null ? undefined : get(key)
    },
    async getByGrant(grantKey) {
      const keys = await redis.smembers(grantName(grantKey))
      const found = await Promise.all(keys.map(get))
      const gone = keys.filter((_, index) => !found[index])
      if (gone.length > 0) await redis.srem(grantName(grantKey), ...gone)
      return found.filter((each) => each !== undefined)
    },
    async removeByUid(uidKey) {
      const key = await redis.getdel(uidName(uidKey))
      if (key !== null) await redis.del(keyName(key))
    },
    async removeByGrant(grantKey) {
      const keys = await redis.smembers(grantName(grantKey))
      await redis.del(grantName(grantKey), ...keys.map(keyName))
    },
  }
}

/** A UUID of version 7 begins with its time in milliseconds. */
function smallestUuid(at: number): string {
  const digits = at.toString(16).padStart(12, '0')
  return `${digits.slice(0, 8)}-${digits.slice(8)}`
}

function toRelated([key, payload = Buffer.alloc(0), consumed, uid]: Buffer[]): RelatedRecord {
  const consumedAt = consumed?.length ? Number(consumed.toString()) : undefined
  return { key: String(key), payload, consumedAt, uidKey: uid?.length ? uid.toString() : undefined }
}
