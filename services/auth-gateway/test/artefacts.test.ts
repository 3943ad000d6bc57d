import { randomBytes, randomUUID } from 'node:crypto'
import { runMigrations } from '@jackfield/postgres/migrate'
import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import { testRedisUrl } from '@jackfield/test-environment/redis'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Redis } from 'ioredis'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { postgresArtefacts, sweepArtefacts } from '../src/adapters/postgres-artefacts.ts'
import { redisArtefacts } from '../src/adapters/redis-artefacts.ts'
import { type ArtefactStore, sealedArtefacts } from '../src/adapters/sealed-artefacts.ts'
import type { ArtefactSpaces } from '../src/ports.ts'

const KEYS = [randomBytes(32)]
let database: TestDatabase
let pool: pg.Pool
let redis: Redis | undefined

beforeAll(async () => {
  database = await createTestDatabase()
  await runMigrations({ connectionString: database.url, folder: new URL('../migrations', import.meta.url).pathname, name: 'gateway' })
  pool = new pg.Pool({ connectionString: database.url })
  const redisUrl = testRedisUrl()
  redis = redisUrl ? new Redis(redisUrl) : undefined
})
afterAll(async () => {
  redis?.disconnect()
  await pool.end()
  await database.drop()
})

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

async function dump(kind: string): Promise<string> {
  if (kind === 'Postgres') {
    const { rows } = await pool.query(`select key, kind, encode(payload, 'escape') as payload, grant_key, uid_key from gateway.artefact`)
    return JSON.stringify(rows)
  }
  const keys = (await redis?.keys('jackfield:artefact*')) ?? []
  const values = await Promise.all(keys.map(async (key) => ((await redis?.type(key)) === 'hash' ? redis?.hgetall(key) : '')))
  return JSON.stringify([keys, values])
}

describe.each([
  ['Postgres', () => postgresArtefacts(drizzle(pool)) as ArtefactStore | undefined],
  ['Redis', () => (redis ? redisArtefacts(redis) : undefined)],
] as const)('artefacts on %s', (kind, store) => {
  const spaces = (): ArtefactSpaces => sealedArtefacts(store() as ArtefactStore, KEYS)
  const onStore = test.skipIf(kind === 'Redis' && inject('redisUrl') === null)

  onStore('what is saved with a grant is listed by it while it lives, in its own namespace, and removed by its uid', async () => {
    const [space, other] = [spaces()('a'), spaces()('b')]
    const [grantId, uid] = [randomUUID(), randomUUID()]
    await space.save({ kind: 'Session', id: randomUUID(), payload: { n: 1 }, ttl: 60, grantId, uid })
    await space.save({ kind: 'Session', id: randomUUID(), payload: { n: 2 }, ttl: 60, grantId, uid: randomUUID() })
    await space.save({ kind: 'Session', id: randomUUID(), payload: { n: 3 }, ttl: 1, grantId })
    await expect
      .poll(async () => (await space.findByGrant(grantId)).map(({ payload }) => payload.n).sort(), { timeout: 20_000 })
      .toEqual([1, 2])
    expect(await other.findByGrant(grantId)).toEqual([])
    await other.removeByUid('Session', uid)
    await space.removeByUid('Grant', uid)
    expect(await space.findByGrant(grantId)).toHaveLength(2)
    await space.removeByUid('Session', uid)
    expect((await space.findByGrant(grantId)).map(({ payload }) => payload.n)).toEqual([2])
    expect(await space.findByUid('Session', uid)).toBeUndefined()
  })

  onStore('what is saved is found again by its id, with its id', async () => {
    const space = spaces()('a')
    const id = randomUUID()
    await space.save({ kind: 'Session', id, payload: { jti: id, accountId: 'x' }, ttl: 60 })
    expect(await space.find('Session', id)).toEqual({ payload: { jti: id, accountId: 'x' }, consumedAt: undefined })
    await space.save({ kind: 'Session', id, payload: { accountId: 'y' }, ttl: 60 })
    expect((await space.find('Session', id))?.payload.accountId).toBe('y')
    await space.remove('Session', id)
    expect(await space.find('Session', id)).toBeUndefined()
  })

  onStore('S40 T-23 an id of one namespace, or of one kind, is unknown in another', async () => {
    const id = randomUUID()
    await spaces()('tenant-a').save({ kind: 'Session', id, payload: {}, ttl: 60, uid: 'u', grantId: 'g' })
    expect(await spaces()('tenant-b').find('Session', id)).toBeUndefined()
    expect(await spaces()('tenant-b').findByUid('Session', 'u')).toBeUndefined()
    expect(await spaces()('tenant-a').find('RefreshToken', id)).toBeUndefined()
    expect(await spaces()('tenant-b').consume('Session', id)).toBe(false)
    await spaces()('tenant-b').removeByGrant('g')
    expect(await spaces()('tenant-a').find('Session', id)).toBeDefined()
  })

  onStore('of 50 who consume at once exactly one is first', async () => {
    const space = spaces()('a')
    const id = randomUUID()
    await space.save({ kind: 'AuthorizationCode', id, payload: {}, ttl: 60 })
    const won = await Promise.all(Array.from({ length: 50 }, () => space.consume('AuthorizationCode', id)))
    expect(won.filter(Boolean)).toHaveLength(1)
    expect((await space.find('AuthorizationCode', id))?.consumedAt).toBeTypeOf('number')
    expect(await space.consume('AuthorizationCode', 'never-saved')).toBe(false)
  })

  onStore('T-10 what has expired is gone, also by its uid, and can’t be consumed', async () => {
    const space = spaces()('a')
    const id = randomUUID()
    await space.save({ kind: 'Session', id, payload: {}, ttl: 1, uid: `uid-${id}` })
    expect(await space.findByUid('Session', `uid-${id}`)).toBeDefined()
    await wait(1_200)
    expect(await space.find('Session', id)).toBeUndefined()
    expect(await space.findByUid('Session', `uid-${id}`)).toBeUndefined()
    expect(await space.consume('Session', id)).toBe(false)
  })

  onStore('T-30 revoking a grant removes everything that rests on it, and nothing else', async () => {
    const space = spaces()('a')
    const grantId = randomUUID()
    for (const name of ['AuthorizationCode', 'RefreshToken']) await space.save({ kind: name, id: grantId, payload: {}, ttl: 60, grantId })
    await space.save({ kind: 'RefreshToken', id: 'other', payload: {}, ttl: 60, grantId: 'another' })
    await space.removeByGrant(grantId)
    expect(await space.find('AuthorizationCode', grantId)).toBeUndefined()
    expect(await space.find('RefreshToken', grantId)).toBeUndefined()
    expect(await space.find('RefreshToken', 'other')).toBeDefined()
  })

  onStore('RT-12 T-94 a dump of the store holds no id and no payload in clear', async () => {
    const id = randomBytes(32).toString('base64url')
    const payload = { jti: id, grantId: `grant-${id}`, note: 'canary-in-payload' }
    await spaces()('a').save({ kind: 'RefreshToken', id, payload, ttl: 60, grantId: `grant-${id}`, uid: `uid-${id}` })
    const dumped = await dump(kind)
    expect(dumped.length).toBeGreaterThan(100)
    expect(dumped).not.toContain(id)
    expect(dumped).not.toContain('canary-in-payload')
  })
})

test('expired rows are swept from Postgres, living ones stay', async () => {
  const space = sealedArtefacts(postgresArtefacts(drizzle(pool)), KEYS)('sweep')
  await space.save({ kind: 'Session', id: 'short', payload: {}, ttl: 1 })
  await space.save({ kind: 'Session', id: 'long', payload: {}, ttl: 60 })
  await wait(1_200)
  expect(await sweepArtefacts(drizzle(pool))).toBeGreaterThan(0)
  expect(await space.find('Session', 'long')).toBeDefined()
})
