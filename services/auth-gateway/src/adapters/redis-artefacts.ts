import type { Redis } from 'ioredis'
import { INTERACTION } from '../domain/session-limits.ts'
import type { ArtefactStore, StoredArtefact } from './sealed-artefacts.ts'

const PREFIX = 'jackfield:artefact'
const keyName = (key: string) => `${PREFIX}:{${key}}`
const uidName = (uidKey: string) => `${PREFIX}-uid:${uidKey}`
const grantName = (grantKey: string) => `${PREFIX}-grant:${grantKey}`
/** Waiting sign-ins by the time they end, of one place and of all. */
const waitingName = (place = '') => `${PREFIX}-waiting:${place}`

/** Sets the mark once, and only on a key that is there. */
const CONSUME = `if redis.call('exists', KEYS[1]) == 0 then return 0 end
return redis.call('hsetnx', KEYS[1], 'consumed', ARGV[1])`

/**
 * One round for all of it. KEYS: the artefact, its uid, its grant, where it waits, where all wait; its own for none. ARGV: key, kind, payload,
 * seconds, now in milliseconds, the place where it waits, how long places are kept. The index of a grant lives as long as its longest-lived member.
 */
const PUT = `local ttl = tonumber(ARGV[4])
redis.call('hset', KEYS[1], 'kind', ARGV[2], 'payload', ARGV[3])
redis.call('expire', KEYS[1], ttl)
if KEYS[2] ~= KEYS[1] then redis.call('set', KEYS[2], ARGV[1], 'EX', ttl) end
if KEYS[3] ~= KEYS[1] then
  redis.call('sadd', KEYS[3], ARGV[1])
  if redis.call('ttl', KEYS[3]) < ttl then redis.call('expire', KEYS[3], ttl) end
end
if ARGV[6] ~= '' then
  redis.call('hset', KEYS[1], 'waitsAt', ARGV[6])
  for index = 4, 5 do
    redis.call('zadd', KEYS[index], ARGV[5] + ttl * 1000, ARGV[1])
    redis.call('expire', KEYS[index], math.max(ttl, ARGV[7]))
  end
end
return 1`

/** A waiting sign-in that is over gives its place free. */
const REMOVE = `local place = redis.call('hget', KEYS[1], 'waitsAt')
if place then redis.call('zrem', KEYS[2] .. place, ARGV[1]) redis.call('zrem', KEYS[2], ARGV[1]) end
return redis.call('del', KEYS[1])`

/** Known to Redis by its hash (EVALSHA); ioredis sends it again to one that has forgotten it. */
type Script = (...keysAndArguments: Array<string | number | Buffer>) => Promise<unknown>

/** Artefacts in Redis or Valkey: a hash for each, Redis ends them. */
export function redisArtefacts(redis: Redis): ArtefactStore {
  redis.defineCommand('putArtefact', { lua: PUT, numberOfKeys: 5 })
  redis.defineCommand('consumeArtefact', { lua: CONSUME, numberOfKeys: 1 })
  redis.defineCommand('removeArtefact', { lua: REMOVE, numberOfKeys: 2 })
  const scripts = redis as Redis & Record<'putArtefact' | 'consumeArtefact' | 'removeArtefact', Script>
  return {
    async put({ key, kind, payload, ttl, grantKey, uidKey, waitsAt }) {
      const own = keyName(key)
      const indexes = [uidKey ? uidName(uidKey) : own, grantKey ? grantName(grantKey) : own]
      const waiting = waitsAt ? [waitingName(waitsAt), waitingName()] : [own, own]
      await scripts.putArtefact(own, ...indexes, ...waiting, key, kind, payload, ttl, Date.now(), waitsAt ?? '', INTERACTION)
    },
    get: (key) => read(redis, key),
    async countWaiting(place) {
      await redis.zremrangebyscore(waitingName(place), 0, Date.now())
      return redis.zcard(waitingName(place))
    },
    async getByUid(uidKey) {
      const key = await redis.get(uidName(uidKey))
      return key === null ? undefined : read(redis, key)
    },
    async getByGrant(grantKey) {
      const keys = await redis.smembers(grantName(grantKey))
      const found = await Promise.all(keys.map((key) => read(redis, key)))
      const gone = keys.filter((_, index) => !found[index])
      if (gone.length > 0) await redis.srem(grantName(grantKey), ...gone)
      return found.filter((each) => each !== undefined)
    },
    consume: async (key) => (await scripts.consumeArtefact(keyName(key), Math.floor(Date.now() / 1000))) === 1,
    async remove(key) {
      await scripts.removeArtefact(keyName(key), waitingName(), key)
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

async function read(redis: Redis, key: string): Promise<StoredArtefact | undefined> {
  const [payload, consumed] = await redis.hmgetBuffer(keyName(key), 'payload', 'consumed')
  if (!payload) return undefined
  return { key, payload, consumedAt: consumed ? Number(consumed.toString()) : undefined }
}
