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

/** The index of a grant lives as long as its longest-lived member. */
const INDEX_GRANT = `redis.call('sadd', KEYS[1], ARGV[1])
if redis.call('ttl', KEYS[1]) < tonumber(ARGV[2]) then redis.call('expire', KEYS[1], ARGV[2]) end`

/** A waiting sign-in that is over gives its place free. */
const REMOVE = `local place = redis.call('hget', KEYS[1], 'waitsAt')
if place then redis.call('zrem', KEYS[2] .. place, ARGV[1]) redis.call('zrem', KEYS[2], ARGV[1]) end
return redis.call('del', KEYS[1])`

/** Artefacts in Redis or Valkey: a hash for each, Redis ends them. */
export function redisArtefacts(redis: Redis): ArtefactStore {
  return {
    async put({ key, kind, payload, ttl, grantKey, uidKey, waitsAt }) {
      const batch = redis
        .multi()
        .hset(keyName(key), { kind, payload, ...(waitsAt && { waitsAt }) })
        .expire(keyName(key), ttl)
      for (const name of waitsAt ? [waitingName(waitsAt), waitingName()] : []) {
        batch.zadd(name, Date.now() + ttl * 1000, key).expire(name, Math.max(ttl, INTERACTION))
      }
      if (uidKey) batch.set(uidName(uidKey), key, 'EX', ttl)
      if (grantKey) batch.eval(INDEX_GRANT, 1, grantName(grantKey), key, ttl)
      const results = (await batch.exec()) ?? []
      const failed = results.find(([error]) => error)?.[0]
      if (failed) throw failed
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
    consume: async (key) => (await redis.eval(CONSUME, 1, keyName(key), Math.floor(Date.now() / 1000))) === 1,
    async remove(key) {
      await redis.eval(REMOVE, 2, keyName(key), waitingName(), key)
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
