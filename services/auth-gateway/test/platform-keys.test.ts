import { randomBytes } from 'node:crypto'
import type { Database } from '@jackfield/postgres/drizzle'
import { runMigrations } from '@jackfield/postgres/migrate'
import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensurePlatformKeys, readPlatformKeys, rotatePlatformKeys } from '../src/adapters/platform-keys.ts'
import { type KeyAge, rotationSteps } from '../src/domain/key-rotation.ts'

const [OLD_KEY, NEW_KEY] = [randomBytes(32), randomBytes(32)]
let database: TestDatabase
let pool: pg.Pool
let db: Database
beforeAll(async () => {
  database = await createTestDatabase()
  await runMigrations({
    connectionString: database.url,
    folder: new URL('../migrations', import.meta.url).pathname,
    name: 'gateway',
  })
  pool = new pg.Pool({ connectionString: database.url })
  db = drizzle(pool)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

test('SE-05 a gateway that starts with a new key-encryption key first seals the platform’s keys by it; they stay the same and the old key can go', async () => {
  await ensurePlatformKeys(db, [OLD_KEY])
  const keysBy = async (key: Buffer) => {
    const { version, tokenKeys, cookieKeys } = await readPlatformKeys(db, [key])
    return { version, tokenKeys, cookieKeys }
  }
  const before = await keysBy(OLD_KEY)
  await expect(readPlatformKeys(db, [NEW_KEY])).rejects.toThrow('No key of ours')

  await Promise.all([1, 2, 3].map(() => ensurePlatformKeys(db, [NEW_KEY, OLD_KEY])))
  expect(await keysBy(NEW_KEY)).toEqual(before)
})

test('SE-05 a gateway that starts without the key which sealed the platform’s keys changes nothing and does not start', async () => {
  const stored = async () => (await pool.query('select id, sealed from gateway.signing_key order by id')).rows
  const before = await stored()
  await expect(ensurePlatformKeys(db, [randomBytes(32)])).rejects.toThrow('No key of ours')
  expect(await stored()).toEqual(before)
})

const at = (day: number) => new Date(Date.UTC(2026, 0, 1) + day * 86_400_000)
const key = (id: string, created: number, retired?: number): KeyAge => ({
  id,
  use: 'ES256',
  createdAt: at(created),
  retiredAt: retired === undefined ? null : at(retired),
})

test.each([
  ['a young key stays', [key('a', 0)], 89, []],
  ['an old key gets a successor', [key('a', 0)], 90, [{ kind: 'add', use: 'ES256' }]],
  ['a successor does not sign on its first day', [key('a', 0), key('b', 90)], 90.9, []],
  ['a day later the old key retires', [key('a', 0), key('b', 90)], 91, [{ kind: 'retire', id: 'a' }]],
  ['a retired key verifies on', [key('a', 0, 91), key('b', 90)], 105, []],
  ['after 15 days it goes', [key('a', 0, 91), key('b', 90)], 106, [{ kind: 'remove', id: 'a' }]],
])('TE-26 %s', (_, keys, day, steps) => {
  expect(rotationSteps(keys, at(day), 90)).toEqual(steps)
})

test('TE-26 without renewal a rotation that has begun is completed', () => {
  expect(rotationSteps([key('a', 0)], at(4_000), 0)).toEqual([])
  expect(rotationSteps([key('a', 0), key('b', 90)], at(91), 0)).toEqual([{ kind: 'retire', id: 'a' }])
})

test('TE-26 many replicas at once make one successor of each use', async () => {
  const now = new Date(Date.now() + 100 * 86_400_000)
  await Promise.all([1, 2, 3, 4].map(() => rotatePlatformKeys(db, [NEW_KEY], now, 90)))
  const { tokenKeys, cookieKeys } = await readPlatformKeys(db, [NEW_KEY])
  expect([tokenKeys.length, cookieKeys.length]).toEqual([4, 2])
})
