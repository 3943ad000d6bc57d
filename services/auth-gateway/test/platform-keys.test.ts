import { randomBytes } from 'node:crypto'
import { runMigrations } from '@jackfield/postgres/migrate'
import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensurePlatformKeys, readPlatformKeys } from '../src/adapters/postgres-platform-keys.ts'

const [OLD_KEY, NEW_KEY] = [randomBytes(32), randomBytes(32)]
let database: TestDatabase
let pool: pg.Pool
let db: NodePgDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await runMigrations({ connectionString: database.url, folder: new URL('../migrations', import.meta.url).pathname, name: 'gateway' })
  pool = new pg.Pool({ connectionString: database.url })
  db = drizzle(pool)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

test('SE-05 a gateway that starts with a new key-encryption key first seals the platform’s keys by it; they stay the same and the old key can go', async () => {
  await ensurePlatformKeys(db, [OLD_KEY])
  const before = await readPlatformKeys(db, [OLD_KEY])
  await expect(readPlatformKeys(db, [NEW_KEY])).rejects.toThrow('No key of ours')

  await Promise.all([1, 2, 3].map(() => ensurePlatformKeys(db, [NEW_KEY, OLD_KEY])))
  expect(await readPlatformKeys(db, [NEW_KEY])).toEqual(before)
})

test('SE-05 a gateway that starts without the key which sealed the platform’s keys changes nothing and does not start', async () => {
  const stored = async () => (await pool.query('select id, sealed from gateway.signing_key order by id')).rows
  const before = await stored()
  await expect(ensurePlatformKeys(db, [randomBytes(32)])).rejects.toThrow('No key of ours')
  expect(await stored()).toEqual(before)
})
