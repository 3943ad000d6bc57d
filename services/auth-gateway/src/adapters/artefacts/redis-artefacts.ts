import type { Redis } from 'ioredis'
import { INTERACTION } from '../../domain/session-limits.ts'
import type { ArtefactStore, Companion, StoredArtefact, StoredRow } from './artefact-store.ts'
import { gatherWrites } from './gather-writes.ts'

const PREFIX = 'jackfield:artefact'
const keyName = (key: string) => `${PREFIX}:{${key}}`
const uidName = (uidKey: string) => `${PREFIX}-uid:${uidKey}`
const grantName = (grantKey: string) => `${PREFIX}-grant:${grantKey}`
/** Sorted set of unfinished sign-ins by expiry, of one host or of all. */
const waitingName = (place = '') => `${PREFIX}-waiting:${place}`

/**
 * Writes a batch atomically. KEYS: the record of each consumed and each removed; for each row its record, uid index,
 * grant index and two sorted sets of unfinished sign-ins (host, all), the record itself where there is none. ARGV: now
 * in milliseconds, lifetime of the sorted sets, counts of consumed, removed and rows; keys of the removed; for each row
 * key, kind, payload, seconds, uid key, host, companions, uid key of a companion, and 1 if it only replaces. Returns 1
 * when done, then the keys of replaced records that are gone. A grant index lives as long as its longest-lived member.
 */
const WRITE = `local now, kept = tonumber(ARGV[1]), tonumber(ARGV[2])
local consumed, removed, rows = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
for index = 1, consumed do
  if redis.call('exists', KEYS[index]) == 0 or redis.call('hexists', KEYS[index], 'consumed') == 1 then return { 0 } end
end
for index = 1, consumed do redis.call('hset', KEYS[index], 'consumed', math.floor(now / 1000)) end
for index = 1, removed do
  local own = KEYS[consumed + index]
  local place = redis.call('hget', own, 'waitsAt')
  -- A finished sign-in is no longer counted.
  if place then
    redis.call('zrem', '${waitingName()}' .. place, ARGV[5 + index])
    redis.call('zrem', '${waitingName()}', ARGV[5 + index])
  end
  redis.call('del', own)
end
local answer = { 1 }
for index = 0, rows - 1 do
  local at = consumed + removed + index * 5
  local own, uid, grant = KEYS[at + 1], KEYS[at + 2], KEYS[at + 3]
  local from = 5 + removed + index * 9
  local key, ttl, place = ARGV[from + 1], tonumber(ARGV[from + 4]), ARGV[from + 6]
  if ARGV[from + 9] == '0' or redis.call('exists', own) == 1 then
    redis.call('hset', own, 'kind', ARGV[from + 2], 'payload', ARGV[from + 3],
      'uid', ARGV[from + 5], 'companions', ARGV[from + 7], 'companionUid', ARGV[from + 8])
    redis.call('expire', own, ttl)
    if uid ~= own then
      -- A uid belongs to one record: an earlier one with another id ends.
      local before = redis.call('get', uid)
      if before and before ~= key then redis.call('del', '${PREFIX}:{' .. before .. '}') end
      redis.call('set', uid, key, 'EX', ttl)
    end
    if grant ~= own then
      redis.call('sadd', grant, key)
      if redis.call('ttl', grant) < ttl then redis.call('expire', grant, ttl) end
    end
    if place ~= '' then
      redis.call('hset', own, 'waitsAt', place)
      for waiting = 4, 5 do
        redis.call('zadd', KEYS[at + waiting], now + ttl * 1000, key)
        redis.call('expire', KEYS[at + waiting], math.max(ttl, kept))
      end
    end
  else
    answer[#answer + 1] = key
  end
end
return answer`

/**
 * KEYS: the record. ARGV: its key. Returns key, payload, consumed and uid key of the record and of each companion that
 * exists.
 */
const GET_TOGETHER = `local found = {}
local function add(name, key)
  local row = redis.call('hmget', name, 'payload', 'consumed', 'uid', 'companions', 'companionUid')
  if row[1] then for _, value in ipairs({ key, row[1], row[2] or '', row[3] or '' }) do found[#found + 1] = value end end
  return row
end
local own = add(KEYS[1], ARGV[1])
for key in string.gmatch(own[4] or '', '[^,]+') do add('${PREFIX}:{' .. key .. '}', key) end
if own[5] and own[5] ~= '' then
  local key = redis.call('get', '${uidName('')}' .. own[5])
  if key then add('${PREFIX}:{' .. key .. '}', key) end
end
return found`

/** Sent as EVALSHA; ioredis sends the text again to a server that does not know it. */
type Script<Answer> = (keys: number, ...keysAndArguments: Array<string | number | Buffer>) => Promise<Answer>
type Scripts = { writeArtefacts: Script<[number, ...string[]]>; getArtefactsBuffer: Script<Buffer[]> }

/** Records in Redis or Valkey: a hash for each, expired by Redis. */
export function redisArtefacts(redis: Redis): ArtefactStore {
  redis.defineCommand('writeArtefacts', { lua: WRITE })
  redis.defineCommand('getArtefacts', { lua: GET_TOGETHER })
  const gather = gatherWrites(redis)
  const send = () => {
    gather()
    return redis as Redis & Scripts
  }
  return {
    async write({ consumed, removed, saved, replaced }) {
      const rows = [...saved, ...replaced]
      const keys = [...[...consumed, ...removed].map(keyName), ...rows.flatMap(namesOf)]
      const counts = [consumed.length, removed.length, rows.length]
      const values = rows.flatMap((row, index) => valuesOf(row, index >= saved.length))
      const [done, ...gone] = await send().writeArtefacts(
        keys.length,
        ...keys,
        Date.now(),
        INTERACTION,
        ...counts,
        ...removed,
        ...values,
      )
      return { isDone: done === 1, gone }
    },
    get: (key) => read(send(), key),
    async getTogether(key) {
      const parts = await send().getArtefactsBuffer(1, keyName(key), key)
      return Array.from({ length: parts.length / 4 }, (_, index) => toCompanion(parts.slice(index * 4, index * 4 + 4)))
    },
    async countWaiting(place) {
      await send().zremrangebyscore(waitingName(place), 0, Date.now())
      return send().zcard(waitingName(place))
    },
    async getByUid(uidKey) {
      const key = await send().get(uidName(uidKey))
      return key === null ? undefined : read(send(), key)
    },
    async getByGrant(grantKey) {
      const keys = await send().smembers(grantName(grantKey))
      const found = await Promise.all(keys.map((key) => read(send(), key)))
      const gone = keys.filter((_, index) => !found[index])
      if (gone.length > 0) await send().srem(grantName(grantKey), ...gone)
      return found.filter((each) => each !== undefined)
    },
    async removeByUid(uidKey) {
      const key = await send().getdel(uidName(uidKey))
      if (key !== null) await send().del(keyName(key))
    },
    async removeByGrant(grantKey) {
      const keys = await send().smembers(grantName(grantKey))
      await send().del(grantName(grantKey), ...keys.map(keyName))
    },
  }
}

function namesOf({ key, uidKey, grantKey, waitsAt }: StoredRow): string[] {
  const own = keyName(key)
  const waiting = waitsAt ? [waitingName(waitsAt), waitingName()] : [own, own]
  return [own, uidKey ? uidName(uidKey) : own, grantKey ? grantName(grantKey) : own, ...waiting]
}

function valuesOf(row: StoredRow, isReplacing: boolean): Array<string | number | Buffer> {
  const { key, kind, payload, ttl, uidKey = '', waitsAt = '', companionKeys, companionUidKey = '' } = row
  return [key, kind, payload, ttl, uidKey, waitsAt, companionKeys.join(), companionUidKey, isReplacing ? '1' : '0']
}

function toCompanion([key, payload, consumed, uid]: Buffer[]): Companion {
  return {
    key: String(key),
    payload: payload ?? Buffer.alloc(0),
    consumedAt: consumed?.length ? Number(consumed.toString()) : undefined,
    uidKey: uid?.length ? uid.toString() : null,
  }
}

async function read(redis: Redis, key: string): Promise<StoredArtefact | undefined> {
  const [payload, consumed] = await redis.hmgetBuffer(keyName(key), 'payload', 'consumed')
  if (!payload) return undefined
  return { key, payload, consumedAt: consumed ? Number(consumed.toString()) : undefined }
}
