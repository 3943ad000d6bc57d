import { randomBytes, randomUUID } from 'node:crypto'
import { runMigrations } from '@jackfield/postgres/migrate'
import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import { testRedisUrl } from '@jackfield/test-environment/redis'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Redis } from 'ioredis'
import pg from 'pg'
import { v7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { postgresRecords, sweepRecords } from '../src/adapters/records/postgres-records.ts'
import type { RecordStore } from '../src/adapters/records/record-store.ts'
import { redisRecords } from '../src/adapters/records/redis-records.ts'
import { sealedRecords } from '../src/adapters/records/sealed-records.ts'
import type { ListName } from '../src/record-port.ts'

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

describe.each([
  ['Postgres', () => postgresRecords(pool) as RecordStore | undefined],
  ['Redis', () => (redis ? redisRecords(redis, 'jackfield') : undefined)],
] as const)('listed records on %s', (kind, store) => {
  const spaces = () => sealedRecords(store() as RecordStore, KEYS)
  const onStore = test.skipIf(kind === 'Redis' && inject('redisUrl') === null)

  onStore('S62 a list is read in pages, newest first, by tenant and by person, without what has ended', async () => {
    const [space, other] = [spaces()('lists'), spaces()('other lists')]
    const [tenant, person] = [randomUUID(), randomUUID()]
    const ids = Array.from({ length: 7 }, () => v7())
    for (const [n, as] of ids.toReversed().entries()) {
      const listed = { tenant, person: n % 2 ? person : randomUUID(), as, lifetime: 3_600, group: 'g' }
      await space.save({ kind: 'PersonSession', id: as, payload: { as }, ttl: as === ids[5] ? 1 : 60, listed })
    }
    const read = async (name: ListName, before?: string, limit = 3) =>
      (await space.findListed(name, { before, limit })).map(({ payload }) => ids.indexOf(String(payload.as)))
    expect(await read({ tenant })).toEqual([6, 5, 4])
    expect(await read({ tenant }, ids[4])).toEqual([3, 2, 1])
    expect(await read({ tenant }, ids[1])).toEqual([0])
    expect(await read({ person })).toEqual([5, 3, 1])
    await space.remove('PersonSession', ids[4] ?? '')
    await wait(1_200)
    expect(await read({ tenant })).toEqual([6, 3, 2])
    expect(await read({ person })).toEqual([3, 1])
    // Saved again it stays where it was.
    await space.save({
      kind: 'PersonSession',
      id: ids[0] ?? '',
      payload: { as: ids[0] },
      ttl: 60,
      listed: { tenant, person, as: ids[0] ?? '', lifetime: 3_600, group: 'g' },
    })
    expect(await read({ tenant }, ids[1])).toEqual([0])
    expect(await read({ tenant: person })).toEqual([])
    expect(await other.findListed({ tenant }, { before: undefined, limit: 3 })).toEqual([])
  })

  onStore('T-102 S62 a list holds nothing for longer than its members live', async () => {
    const space = spaces()('lists')
    const [tenant, person] = [randomUUID(), randomUUID()]
    const agedDays = (days: number) => v7({ msecs: Date.now() - days * 24 * 3_600_000 })
    const [long, older, removed, fresh] = [agedDays(91), agedDays(15), v7(), v7()]
    const lifetime = 14 * 24 * 3_600
    for (const as of [long, older, removed, fresh]) {
      const ttl = as === long || as === older ? 1 : 60
      await space.save({
        kind: 'PersonSession',
        id: as,
        payload: {},
        ttl,
        listed: { tenant, person, as, lifetime, group: 'aged' },
      })
    }
    await space.remove('PersonSession', removed)
    await wait(1_200)
    await sweepRecords(drizzle(pool))
    const listed =
      kind === 'Postgres'
        ? (await pool.query('select listed_as from gateway.short_lived_record where listed_as is not null')).rows.map(
            (row) => row.listed_as,
          )
        : (await membersOf(await redis?.keys('jackfield:record-list:*'))).map((member) => member.split('|')[0])
    const times = (as: string) => listed.filter((each) => each === as).length
    expect([times(long), times(removed)]).toEqual([0, 0])
    // Only the person's list may hold it: a device could be as old.
    expect(times(older)).toBeLessThanOrEqual(1)
    expect(times(fresh)).toBe(kind === 'Postgres' ? 1 : 2)
  })

  onStore('FC-85 listed records are counted by group, without what has ended', async () => {
    const all = spaces()
    const group = randomUUID()
    const save = async (id: string, ttl: number) => {
      const listed = { tenant: randomUUID(), person: randomUUID(), as: v7(), lifetime: 3_600, group }
      await all('lists').save({ kind: 'PersonSession', id, payload: {}, ttl, listed })
    }
    for (const [id, ttl] of [
      ['a', 60],
      ['b', 60],
      ['b', 60],
      ['c', 1],
      ['d', 60],
    ] as const)
      await save(group + id, ttl)
    expect(await all.countListed(group)).toBe(4)
    await all('lists').remove('PersonSession', `${group}d`)
    await wait(1_200)
    expect(await all.countListed(group)).toBe(2)
    expect(await all.countListed(randomUUID())).toBe(0)
  })

  onStore('S62 a page is found behind thousands whose records have expired', async () => {
    const space = spaces()('lists')
    const [tenant, person] = [randomUUID(), randomUUID()]
    const listed = (as: string) => ({ tenant, person, as, lifetime: 3_600, group: 'g' })
    const alive = Array.from({ length: 3 }, () => v7())
    for (const as of alive)
      await space.save({ kind: 'PersonSession', id: as, payload: { as }, ttl: 60, listed: listed(as) })
    const dead = Array.from({ length: 2_500 }, () => v7())
    await Promise.all(
      dead.map((as) => space.save({ kind: 'PersonSession', id: as, payload: {}, ttl: 1, listed: listed(as) })),
    )
    await wait(2_500)
    const found = await space.findListed({ tenant }, { before: undefined, limit: 2 })
    expect(found.map(({ payload }) => payload.as)).toEqual([alive[2], alive[1]])
  })
})

async function membersOf(lists: string[] = []): Promise<string[]> {
  return (await Promise.all(lists.map((list) => redis?.zrange(list, '0', '-1') ?? []))).flat()
}
