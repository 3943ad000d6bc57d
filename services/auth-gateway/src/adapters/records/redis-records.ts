import type { Redis } from 'ioredis'
import { INTERACTION } from '../../domain/lifetimes.ts'
import { OWED } from '../audit/redis-audit-outbox.ts'
import type { RecordStore, RelatedRecord, StoredRecord, StoredRow } from './record-store.ts'

const PREFIX = 'jackfield:record'
const keyName = (key: string) => `${PREFIX}:{${key}}`
const uidName = (uidKey: string) => `${PREFIX}-uid:${uidKey}`
const grantName = (grantKey: string) => `${PREFIX}-grant:${grantKey}`
/** Sorted set of unfinished sign-ins by expiry, of one host or of all. */
const waitingName = (place = '') => `${PREFIX}-waiting:${place}`

const NAMING = `local function name(key) return '${keyName("' .. key .. '")}' end`
/** Takes a record off the unfinished sign-ins, where it is the member `network|key`. */
const LEAVING = `local function leave(key)
  local place, from = unpack(redis.call('hmget', name(key), 'waitsAt', 'waitsFrom'))
  if not place then return end
  redis.call('zrem', '${waitingName()}' .. place, from .. '|' .. key)
  redis.call('zrem', '${waitingName()}', from .. '|' .. key)
  redis.call('hdel', name(key), 'waitsAt', 'waitsFrom', 'waitsWith')
end`

/** ARGV: a key. */
const STOP_WAITING = `${NAMING}
${LEAVING}
leave(ARGV[1])`

/** ARGV: a place, how many, now. Removes the oldest of the network with the most, with their companions. Returns how many. */
const GIVE_WAY = `${NAMING}
${LEAVING}
local waiting = '${waitingName()}' .. ARGV[1]
local members = redis.call('zrangebyscore', waiting, ARGV[3], '+inf')
local counts, largest = {}, nil
for _, member in ipairs(members) do
  local from = string.match(member, '^[^|]*')
  counts[from] = (counts[from] or 0) + 1
  if not largest or counts[from] > counts[largest] then largest = from end
end
local gone = 0
for _, member in ipairs(members) do
  if gone >= tonumber(ARGV[2]) then break end
  if string.match(member, '^[^|]*') == largest then
    local key = string.sub(member, #largest + 2)
    local companions = redis.call('hget', name(key), 'waitsWith') or ''
    leave(key)
    redis.call('zrem', waiting, member)
    redis.call('del', name(key))
    for each in string.gmatch(companions, '[^,]+') do
      local login = redis.call('get', '${uidName('')}' .. each)
      if login then redis.call('del', name(login), '${uidName('')}' .. each) end
      redis.call('del', name(each))
    end
    gone = gone + 1
  end
end
return gone`

/**
 * Writes a batch atomically. ARGV: the batch as JSON, then the payload of each of its rows. Returns 1 when done, then
 * the keys of replaced records that are gone. A grant index lives as long as its longest-lived member.
 */
const WRITE = `local batch = cjson.decode(ARGV[1])
${NAMING}
${LEAVING}
for _, key in ipairs(batch.consumed) do
  if redis.call('exists', name(key)) == 0 or redis.call('hexists', name(key), 'consumed') == 1 then return { 0 } end
end
for _, key in ipairs(batch.consumed) do redis.call('hset', name(key), 'consumed', math.floor(batch.now / 1000)) end
for _, key in ipairs(batch.removed) do
  leave(key)
  redis.call('del', name(key))
end
for _, owed in ipairs(batch.events) do
  if redis.call('hsetnx', '${OWED.events}', owed.id, owed.event) == 1 then redis.call('zadd', '${OWED.due}', batch.now, owed.tenant .. ':' .. owed.id) end
end
local answer = { 1 }
for index, row in ipairs(batch.rows) do
  if row.isReplacing and redis.call('exists', name(row.key)) == 0 then
    answer[#answer + 1] = row.key
  else
    leave(row.key)
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
      local member = row.waitsFrom .. '|' .. row.key
      redis.call('hset', name(row.key), 'waitsAt', row.waitsAt, 'waitsFrom', row.waitsFrom, 'waitsWith', table.concat(row.waitsWith, ','))
      for _, place in ipairs({ row.waitsAt, '' }) do
        redis.call('zadd', '${waitingName()}' .. place, batch.now + row.ttl * 1000, member)
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
const GET_WITH_RELATED = `local found = {}
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
  stopWaiting(keys: 0, key: string): Promise<void>
  giveWay(keys: 0, place: string, count: number, now: number): Promise<number>
}

/** Records in Redis or Valkey: a hash for each, expired by Redis. */
export function redisRecords(redis: Redis): RecordStore {
  redis.defineCommand('writeRecords', { lua: WRITE })
  redis.defineCommand('getRecords', { lua: GET_WITH_RELATED })
  redis.defineCommand('stopWaiting', { lua: STOP_WAITING })
  redis.defineCommand('giveWay', { lua: GIVE_WAY })
  const scripts = redis as Redis & Scripts
  const get = async (key: string): Promise<StoredRecord | undefined> => {
    const [payload, consumed] = await redis.hmgetBuffer(keyName(key), 'payload', 'consumed')
    return payload ? { key, payload, consumedAt: consumed ? Number(consumed.toString()) : undefined } : undefined
  }
  return {
    async write({ consumed, removed, saved, replaced, events }) {
      const describe = ({ payload: _, ...row }: StoredRow, isReplacing: boolean) => ({ ...row, isReplacing })
      const rows = [...saved.map((row) => describe(row, false)), ...replaced.map((row) => describe(row, true))]
      const owed = events.map(({ id, tenantId, event }) => ({
        id,
        tenant: tenantId ?? '',
        event: JSON.stringify(event),
      }))
      const batch = JSON.stringify({ now: Date.now(), consumed, removed, rows, events: owed })
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

function toRelated([key, payload = Buffer.alloc(0), consumed, uid]: Buffer[]): RelatedRecord {
  const consumedAt = consumed?.length ? Number(consumed.toString()) : undefined
  return { key: String(key), payload, consumedAt, uidKey: uid?.length ? uid.toString() : undefined }
}
