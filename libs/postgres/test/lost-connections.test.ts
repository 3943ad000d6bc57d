import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { drizzle, sql } from '../src/drizzle.ts'
import { createPool } from '../src/pool.ts'
import { inTransaction } from '../src/transaction.ts'

let database: TestDatabase
let other: pg.Pool
/** Of one connection: what is lost, or never given back, is missed at once. */
let pool: pg.Pool
beforeAll(async () => {
  database = await createTestDatabase()
  other = createPool({ connectionString: database.url, applicationName: 'other', onIdleError: () => undefined })
})
beforeEach(async () => {
  await pool?.end()
  pool = createPool({ connectionString: database.url, applicationName: 'test', max: 1, onIdleError: () => undefined })
})
afterAll(async () => {
  await Promise.all([pool.end(), other.end()])
  await database.drop()
})

const backendOf = async (client: pg.PoolClient) => (await client.query('select pg_backend_pid() as pid')).rows[0].pid as number
const endBackend = (pid: number) => other.query('select pg_terminate_backend($1, 5000)', [pid])

test('FC-43 T-122 a connection that is ended between two statements of whoever has it ends no process, and nobody gets it afterwards', async () => {
  const client = await pool.connect()
  const pid = await backendOf(client)
  await endBackend(pid)
  await expect(client.query('select 1')).rejects.toThrow(/terminat|not queryable/)
  client.release()
  const next = await pool.connect()
  expect(await backendOf(next)).not.toBe(pid)
  next.release()
})

test('FC-43 T-122 a connection that is ended in the middle of a statement is not used again, even before its socket is gone', async () => {
  const client = await pool.connect()
  const pid = await backendOf(client)
  const after = client.query('select pg_sleep(30)').then(
    () => 'done',
    (error: Error & { code?: string }) => {
      client.release() // by somebody who does not look at the error
      return pool.query('select pg_backend_pid() as pid').then(({ rows }) => [error.code, rows[0].pid === pid])
    },
  )
  const sleeps = `select from pg_stat_activity where pid = $1 and wait_event = 'PgSleep'`
  await expect.poll(async () => (await other.query(sleeps, [pid])).rowCount).toBe(1)
  await endBackend(pid)
  expect(await after).toEqual(['57P01', false])
})

test('FC-43 T-122 a transaction that cannot begin gives its connection back, and one that loses it tells of the loss', async () => {
  const db = drizzle(pool)
  const cut = (client: pg.PoolClient) => void (client as unknown as pg.Client).connection.stream.destroy()
  pool.on('acquire', cut)
  for (let round = 0; round < 3; round += 1) await expect(inTransaction(db, async () => undefined)).rejects.toThrow(/terminated/)
  pool.off('acquire', cut)
  const lost = inTransaction(db, async (tx) => {
    const { rows } = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)
    await endBackend(rows[0]?.pid ?? 0)
    await tx.execute(sql`select 1`)
  })
  await expect(lost).rejects.toThrow(/select 1/)
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

test('T-122 what fails in a transaction is told as it is, and undone', async () => {
  const db = drizzle(pool)
  await pool.query('create table thing (id int primary key)')
  const refused = inTransaction(db, async (tx) => {
    await tx.execute(sql`insert into thing values (1)`)
    throw new Error('refused')
  })
  await expect(refused).rejects.toThrow('refused')
  expect((await pool.query('select count(*)::int as things from thing')).rows).toEqual([{ things: 0 }])
})
