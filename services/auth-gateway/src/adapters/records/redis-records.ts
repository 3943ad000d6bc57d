import type { Redis } from 'ioredis'
import { INTERACTION } from '../../domain/lifetimes.ts'
import type { RecordStore, RelatedRecord, StoredRecord, StoredRow } from './record-store.ts'

/** Names of the keys; `waiting` is a sorted set of unfinished sign-ins by expiry, of one host or of all. */
const namesOf = (prefix: string) => ({
  keyName: (key: string) => `${prefix}:record:{${key}}`,
  uidName: (uidKey: string) => `${prefix}:record-uid:${uidKey}`,
  grantName: (grantKey: string) => `${prefix}:record-grant:${grantKey}`,
  waitingName: (place = '') => `${prefix}:record-waiting:${place}`,
})
type Names = ReturnType<typeof namesOf>

/**
 * Writes a batch atomically. ARGV: the batch as JSON, then the payload of each of its rows. Returns 1 when done, then
 * the keys of replaced records that are gone. A grant index lives as long as its longest-lived member.
 */
const writeScript = ({ keyName, uidName, grantName, waitingName }: Names) => `local batch = cjson.decode(ARGV[1])
local function name(key) return '${keyName("' .. key .. '")}' end
for _, key in ipairs(batch.consumed) do
  if redis.call('exists', name(key)) == 0 or redis.call('hexists', name(key), 'consumed') == 1 then return { 0 } end
end
for _, key in ipairs(batch.removedOnce) do
  if redis.call('exists', name(key)) == 0 then return { 0 } end
end
for _, key in ipairs(batch.consumed) do redis.call('hset', name(key), 'consumed', math.floor(batch.now / 1000)) end
for _, key in ipairs(batch.removed) do
  local place = redis.call('hget', name(key), 'waitsAt')
  if place then
    redis.call('zrem', '${waitingName()}' .. place, key)
    redis.call('zrem', '${waitingName()}', key)
  end
  redis.call('del', name(key))
end
local answer = { 1 }
for index, row in ipairs(batch.rows) do
  if row.isReplacing and redis.call('exists', name(row.key)) == 0 then
    answer[#answer + 1] = row.key
  else
    redis.call('hset', name(row.key), 'kind', row.kind, 'payload', ARGV[index + 1],
      'uid', row.uidKey or '', 'relatedKeys', table.concat(row.relatedKeys, ','), 'relatedUid', row.relatedUidKey or '')
    redis.call('expire', name(row.key), row.ttl)
    if row.uidKey then
      -- A uid belongs to one record: an earlier one with another id ends.
      local uid = '${uidName('')}' .. row.uidKey
      local before = redis.call('get', uid)
      if before and before ~= row.key then redis.call('del', name(before)) end
      redis.call('set', uid, row.key, 'EX', row.ttl)
    end
    if row.grantKey then
      local grant = '${grantName('')}' .. row.grantKey
      redis.call('sadd', grant, row.key)
      if redis.call('ttl', grant) < row.ttl then redis.call('expire', grant, row.ttl) end
    end
    if row.waitsAt then
      redis.call('hset', name(row.key), 'waitsAt', row.waitsAt)
      for _, place in ipairs({ row.waitsAt, '' }) do
        redis.call('zadd', '${waitingName()}' .. place, batch.now + row.ttl * 1000, row.key)
        redis.call('expire', '${waitingName()}' .. place, math.max(row.ttl, ${INTERACTION}))
      end
    end
  end
end
return answer`

/**
 * ARGV: the key of a record. Returns key, payload, time of consumption and uid key of the record and of each related one
 * that exists.
 */
const readScript = ({ keyName, uidName }: Names) => `local found = {}
local function add(key)
  local row = redis.call('hmget', '${keyName("' .. key .. '")}', 'payload', 'consumed', 'uid', 'relatedKeys', 'relatedUid')
  if row[1] then for _, value in ipairs({ key, row[1], row[2] or '', row[3] or '' }) do found[#found + 1] = value end end
  return row[4] or '', row[5] or ''
end
local keys, uid = add(ARGV[1])
for key in string.gmatch(keys, '[^,]+') do add(key) end
local key = uid ~= '' and redis.call('get', '${uidName('')}' .. uid)
if key then add(key) end
return found`

/** Sent as EVALSHA; ioredis sends the text again to a server that does not know it. */
type Scripts = {
  writeRecords(keys: 0, batch: string, ...payloads: Buffer[]): Promise<[number, ...string[]]>
  getRecordsBuffer(keys: 0, key: string): Promise<Buffer[]>
}

/** Records in Redis or Valkey: a hash for each, expired by Redis; every key begins with `prefix`. */
export function redisRecords(redis: Redis, prefix: string): RecordStore {
  const names = namesOf(prefix)
  const { keyName, uidName, grantName, waitingName } = names
  redis.defineCommand('writeRecords', { lua: writeScript(names) })
  redis.defineCommand('getRecords', { lua: readScript(names) })
  const scripts = redis as Redis & Scripts
  const get = async (key: string): Promise<StoredRecord | undefined> => {
    const [payload, consumed] = await redis.hmgetBuffer(keyName(key), 'payload', 'consumed')
    return payload ? { key, payload, consumedAt: consumed ? Number(consumed.toString()) : undefined } : undefined
  }
  return {
    async write({ consumed, removed, removedOnce, saved, replaced }) {
      const describe = ({ payload: _, ...row }: StoredRow, isReplacing: boolean) => ({ ...row, isReplacing })
      const rows = [...saved.map((row) => describe(row, false)), ...replaced.map((row) => describe(row, true))]
      const batch = JSON.stringify({
        now: Date.now(),
        consumed,
        removed: [...removed, ...removedOnce],
        removedOnce,
        rows,
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
    async countWaiting(place) {
      await redis.zremrangebyscore(waitingName(place), 0, Date.now())
      return redis.zcard(waitingName(place))
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

function toRelated([key, payload = Buffer.alloc(0), consumed, uid]: Buffer[]): RelatedRecord {
  const consumedAt = consumed?.length ? Number(consumed.toString()) : undefined
  return { key: String(key), payload, consumedAt, uidKey: uid?.length ? uid.toString() : undefined }
}
