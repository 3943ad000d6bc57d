import { hash, randomBytes, randomUUID } from 'node:crypto'
import { runMigrations } from '@jackfield/postgres/migrate'
import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import { testRedisUrl } from '@jackfield/test-environment/redis'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Redis } from 'ioredis'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { postgresRecords, sweepRecords } from '../src/adapters/records/postgres-records.ts'
import type { RecordStore } from '../src/adapters/records/record-store.ts'
import { redisRecords } from '../src/adapters/records/redis-records.ts'
import { sealedRecords } from '../src/adapters/records/sealed-records.ts'
import { AlreadyUsedError } from '../src/adapters/records/unit-of-work.ts'
import type { RecordSpaces } from '../src/ports.ts'

const KEYS = [randomBytes(32)]
let database: TestDatabase
let pool: pg.Pool
let redis: Redis | undefined

beforeAll(async () => {
  database = await createTestDatabase()
  await runMigrations({
    connectionString: database.url,
    folder: new URL('../migrations', import.meta.url).pathname,
    name: 'gateway',
  })
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
    const { rows } = await pool.query(
      `select key, kind, encode(payload, 'escape') as payload, grant_key, uid_key from gateway.short_lived_record`,
    )
    return JSON.stringify(rows)
  }
  const keys = (await redis?.keys('jackfield:record*')) ?? []
  const values = await Promise.all(
    keys.map(async (key) => ((await redis?.type(key)) === 'hash' ? redis?.hgetall(key) : '')),
  )
  return JSON.stringify([keys, values])
}

describe.each([
  ['Postgres', () => postgresRecords(pool) as RecordStore | undefined],
  ['Redis', () => (redis ? redisRecords(redis, 'jackfield') : undefined)],
] as const)('records on %s', (kind, store) => {
  const spaces = (): RecordSpaces => sealedRecords(store() as RecordStore, KEYS)
  const onStore = test.skipIf(kind === 'Redis' && inject('redisUrl') === null)

  onStore(
    'what is saved with a grant is listed by it while it lives, in its own namespace, and removed by its uid',
    async () => {
      const [space, other] = [spaces()('a'), spaces()('b')]
      const [grantId, uid] = [randomUUID(), randomUUID()]
      await space.save({ kind: 'Session', id: randomUUID(), payload: { n: 1 }, ttl: 60, grantId, uid })
      await space.save({ kind: 'Session', id: randomUUID(), payload: { n: 2 }, ttl: 60, grantId, uid: randomUUID() })
      await space.save({ kind: 'Session', id: randomUUID(), payload: { n: 3 }, ttl: 1, grantId })
      await expect
        .poll(async () => (await space.findByGrant(grantId)).map(({ payload }) => payload.n).sort(), {
          timeout: 20_000,
        })
        .toEqual([1, 2])
      expect(await other.findByGrant(grantId)).toEqual([])
      await other.removeByUid('Session', uid)
      await space.removeByUid('Grant', uid)
      expect(await space.findByGrant(grantId)).toHaveLength(2)
      await space.removeByUid('Session', uid)
      expect((await space.findByGrant(grantId)).map(({ payload }) => payload.n)).toEqual([2])
      expect(await space.findByUid('Session', uid)).toBeUndefined()
    },
  )

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
    for (const name of ['AuthorizationCode', 'RefreshToken'])
      await space.save({ kind: name, id: grantId, payload: {}, ttl: 60, grantId })
    await space.save({ kind: 'RefreshToken', id: 'other', payload: {}, ttl: 60, grantId: 'another' })
    await space.removeByGrant(grantId)
    expect(await space.find('AuthorizationCode', grantId)).toBeUndefined()
    expect(await space.find('RefreshToken', grantId)).toBeUndefined()
    expect(await space.find('RefreshToken', 'other')).toBeDefined()
  })

  onStore('T-51 whatever has a uid is gone when it is removed by it', async () => {
    const space = spaces()('a')
    const [ids, uid] = [[randomUUID(), randomUUID()], randomUUID()]
    for (const id of ids) await space.save({ kind: 'Session', id, payload: {}, ttl: 60, uid })
    await space.removeByUid('Session', uid)
    expect(await Promise.all(ids.map((id) => space.find('Session', id)))).toEqual([undefined, undefined])
  })

  describe('of a request that is one unit of work:', () => {
    const session = (id: string, n: number) => ({ kind: 'Session', id, payload: { n }, ttl: 60, uid: `uid ${id}` })
    const given = () => {
      const all = spaces()
      return { space: all('a'), outside: spaces()('a'), asOne: all.asOne }
    }

    onStore('its writes are visible to itself at once, to others when it has ended', async () => {
      const { space, outside, asOne } = given()
      const [code, id, gone] = [randomUUID(), randomUUID(), randomUUID()]
      await outside.save(session(gone, 1))
      await asOne(async () => {
        await space.save({ kind: 'AuthorizationCode', id: code, payload: { n: 1 }, ttl: 60 })
        await space.save(session(id, 2))
        await space.remove('Session', gone)
        expect((await space.find('AuthorizationCode', code))?.payload.n).toBe(1)
        expect(await space.find('Session', gone)).toBeUndefined()
        expect(await outside.find('AuthorizationCode', code)).toBeUndefined()
        expect(await outside.find('Session', gone)).toBeDefined()
        return 'done'
      })
      expect(await outside.find('AuthorizationCode', code)).toBeDefined()
      expect(await outside.findByUid('Session', `uid ${id}`)).toBeDefined()
      expect(await outside.find('Session', gone)).toBeUndefined()
    })

    onStore('a record that it has saved can be consumed, once', async () => {
      const { space, outside, asOne } = given()
      const id = randomUUID()
      await asOne(async () => {
        await space.save({ kind: 'ReplayDetection', id, payload: {}, ttl: 60 })
        expect([await space.consume('ReplayDetection', id), await space.consume('ReplayDetection', id)]).toEqual([
          true,
          false,
        ])
        return 'failed'
      })
      expect(await outside.consume('ReplayDetection', id)).toBe(false)
    })

    onStore('T-115 nothing is left or used up when it fails', async () => {
      const { space, outside, asOne } = given()
      const [code, made] = [randomUUID(), randomUUID()]
      await outside.save({ kind: 'AuthorizationCode', id: code, payload: {}, ttl: 60 })
      const work = async () => {
        await space.consumeAtEnd('AuthorizationCode', code)
        await space.save({ kind: 'Grant', id: made, payload: {}, ttl: 60 })
        return 'failed' as const
      }
      await asOne(work)
      const thrown = asOne(() => work().then(() => Promise.reject(new Error('fault'))))
      await expect(thrown).rejects.toThrow('fault')
      expect((await outside.find('AuthorizationCode', code))?.consumedAt).toBeUndefined()
      expect(await outside.find('Grant', made)).toBeUndefined()
    })

    onStore('two reads of one at once are both answered', async () => {
      const { space, outside, asOne } = given()
      const id = randomUUID()
      await outside.save(session(id, 1))
      await asOne(async () => {
        const both = await Promise.all([space.find('Session', id), space.find('Session', id)])
        expect(both.map((found) => found?.payload.n)).toEqual([1, 1])
        return 'done'
      })
    })

    onStore('TE-01 of 20 who use one code at once exactly one keeps a refresh token', async () => {
      const { space, outside, asOne } = given()
      const code = randomUUID()
      await outside.save({ kind: 'AuthorizationCode', id: code, payload: {}, ttl: 60 })
      const ids = Array.from({ length: 20 }, () => randomUUID())
      const { promise: allHaveRead, resolve } = Promise.withResolvers<void>()
      let reading = ids.length
      const settled = await Promise.allSettled(
        ids.map((id) =>
          asOne(async () => {
            expect((await space.find('AuthorizationCode', code))?.consumedAt).toBeUndefined()
            if (--reading === 0) resolve()
            await allHaveRead
            await space.consumeAtEnd('AuthorizationCode', code)
            await space.save({ kind: 'Grant', id, payload: {}, ttl: 60 })
            await space.save({ kind: 'RefreshToken', id, payload: {}, ttl: 60 })
            return 'done'
          }),
        ),
      )
      const reasons = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
      expect(reasons).toHaveLength(19)
      expect(reasons.every((reason) => reason instanceof AlreadyUsedError)).toBe(true)
      const kept = await Promise.all(
        ids.map(async (id) => [await outside.find('RefreshToken', id), await outside.find('Grant', id)]),
      )
      expect(kept.filter(([token]) => token)).toHaveLength(1)
      expect(kept.filter(([, grant]) => grant)).toHaveLength(1)
      expect((await outside.find('AuthorizationCode', code))?.consumedAt).toBeTypeOf('number')
    })

    onStore(
      'T-51 a grant that was ended in the meantime stays ended; a session is inserted again and reported',
      async () => {
        const { space, outside, asOne } = given()
        const [grant, kept, gone, fresh] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
        await outside.save({ kind: 'Grant', id: grant, payload: {}, ttl: 60 })
        for (const id of [kept, gone]) await outside.save(session(id, 1))
        const inserted: string[] = []
        const save = (id: string, n: number) => space.save(session(id, n), async () => void inserted.push(id))
        await asOne(async () => {
          for (const id of [kept, gone]) expect(await space.find('Session', id)).toBeDefined()
          expect(await space.find('Grant', grant)).toBeDefined()
          await outside.remove('Grant', grant)
          await outside.removeByUid('Session', `uid ${gone}`)
          await space.save({ kind: 'Grant', id: grant, payload: {}, ttl: 60 })
          await save(kept, 2)
          await save(gone, 2)
          await save(fresh, 3)
          return 'done'
        })
        expect(inserted.toSorted()).toEqual([gone, fresh].toSorted())
        expect(await outside.find('Grant', grant)).toBeUndefined()
        const found = await Promise.all([kept, gone, fresh].map((id) => outside.find('Session', id)))
        expect(found.map((each) => each?.payload.n)).toEqual([2, 2, 3])
      },
    )

    onStore(
      'a code is read with its grant and its session, unless they have expired or are of another namespace',
      async () => {
        const { space, outside, asOne } = given()
        const [code, sessionId] = [randomUUID(), randomUUID()]
        const [grant, ended, foreign] = [randomUUID(), randomUUID(), randomUUID()]
        await outside.save({ kind: 'Grant', id: grant, payload: { n: 1 }, ttl: 60 })
        await outside.save({ kind: 'Grant', id: ended, payload: {}, ttl: 1 })
        await spaces()('b').save({ kind: 'Grant', id: foreign, payload: {}, ttl: 60 })
        await outside.save(session(sessionId, 2))
        const related = { grantIds: [grant, ended, foreign], sessionUid: `uid ${sessionId}` }
        await outside.save({ kind: 'AuthorizationCode', id: code, payload: {}, ttl: 60, related })
        await wait(1_100)
        await asOne(async () => {
          await space.find('AuthorizationCode', code)
          for (const id of [grant, ended, foreign]) await outside.remove('Grant', id)
          await outside.removeByUid('Session', `uid ${sessionId}`)
          // They are gone from the store: what is found was read with the code.
          expect((await space.find('Grant', grant))?.payload).toEqual({ jti: grant, n: 1 })
          expect((await space.findByUid('Session', `uid ${sessionId}`))?.payload.n).toBe(2)
          for (const id of [ended, foreign]) expect(await space.find('Grant', id)).toBeUndefined()
          return 'done'
        })
      },
    )
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
  const space = sealedRecords(postgresRecords(pool), KEYS)('sweep')
  await space.save({ kind: 'Session', id: 'short', payload: {}, ttl: 1 })
  await space.save({ kind: 'Session', id: 'long', payload: {}, ttl: 60 })
  await wait(1_200)
  expect(await sweepRecords(drizzle(pool))).toBeGreaterThan(0)
  expect(await space.find('Session', 'long')).toBeDefined()
})

test('T-94 a payload that was altered or moved in the store is not opened', async () => {
  const unopened: string[] = []
  const space = sealedRecords(postgresRecords(pool), KEYS, undefined, (kind) => unopened.push(kind))('altered')
  for (const id of ['altered', 'moved', 'kept'])
    await space.save({ kind: 'Session', id, payload: { id }, ttl: 60, uid: id })
  const keys = await Promise.all(
    ['altered', 'moved', 'kept'].map(
      async (id) =>
        (
          await pool.query('select key from gateway.short_lived_record where uid_key = $1', [
            hash('sha256', JSON.stringify(['altered', 'uid Session', id]), 'base64url'),
          ])
        ).rows[0].key,
    ),
  )
  const last = 'length(payload) - 1'
  await pool.query(
    `update gateway.short_lived_record set payload = set_byte(payload, ${last}, 255 - get_byte(payload, ${last})) where key = $1`,
    [keys[0]],
  )
  await pool.query(
    'update gateway.short_lived_record set payload = (select payload from gateway.short_lived_record where key = $2) where key = $1',
    [keys[1], keys[2]],
  )
  for (const id of ['altered', 'moved']) {
    expect(await space.find('Session', id)).toBeUndefined()
    expect(await space.findByUid('Session', id)).toBeUndefined()
  }
  expect(unopened).toEqual(Array(4).fill('Session'))
  expect((await space.find('Session', 'kept'))?.payload.id).toBe('kept')
})

test('a write in a deadlock with another transaction is repeated after it', async () => {
  const spaces = sealedRecords(postgresRecords(pool), KEYS)
  const space = spaces('circle')
  const ids = ['first', 'second'] as const
  for (const id of ids) await space.save({ kind: 'RefreshToken', id, payload: {}, ttl: 60, uid: id })
  const lock = (client: pg.PoolClient, id: string) =>
    client.query('update gateway.short_lived_record set waits_at = null where uid_key = $1', [
      hash('sha256', JSON.stringify(['circle', 'uid RefreshToken', id]), 'base64url'),
    ])
  const countWaits = async () =>
    (await pool.query(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`))
      .rowCount
  const other = await pool.connect()
  await other.query('begin')
  await other.query(`set local deadlock_timeout = '60s'`) // Postgres ends the waiting write, not this transaction
  await lock(other, 'second')
  const writing = spaces.asOne(async () => {
    await space.find('RefreshToken', 'second')
    await space.consumeAtEnd('RefreshToken', 'first')
    await space.save({ kind: 'RefreshToken', id: 'second', payload: { n: 2 }, ttl: 60, uid: 'second' })
    return 'done'
  })
  await expect.poll(countWaits, { interval: 20 }).toBe(1)
  // Queued for the table: the repeated write waits behind it, the other transaction does not.
  const queued = pool.query('begin; lock table gateway.short_lived_record in exclusive mode; commit')
  await expect.poll(countWaits, { interval: 20 }).toBe(2)
  await lock(other, 'first')
  await other.query('commit')
  other.release()
  await Promise.all([queued, writing])
  expect((await space.find('RefreshToken', 'first'))?.consumedAt).toBeTypeOf('number')
  expect((await space.find('RefreshToken', 'second'))?.payload.n).toBe(2)
})
