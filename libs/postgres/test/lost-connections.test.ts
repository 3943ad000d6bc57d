import { type AddressInfo, connect, createServer } from 'node:net'
import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Client, useOwnClientEverywhere } from '../src/client.ts'
import { drizzle, sql } from '../src/drizzle.ts'
import { createPool } from '../src/pool.ts'
import { EVERY_TENANT, inScope } from '../src/tenant-scope.ts'
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

const backendOf = async (client: pg.PoolClient) =>
  (await client.query('select pg_backend_pid() as pid')).rows[0].pid as number
const endBackend = (pid: number) => other.query('select pg_terminate_backend($1, 5000)', [pid])

test('FC-43 T-122 a connection that ends between two statements ends no process, and is not reused', async () => {
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
  const cut = (client: pg.PoolClient) => void (client as unknown as pg.Client).connection.stream.destroy()
  pool.on('acquire', cut)
  for (let round = 0; round < 3; round += 1)
    await expect(inTransaction(pool, async () => undefined)).rejects.toThrow(/terminated/)
  pool.off('acquire', cut)
  const lost = inScope(drizzle(pool), EVERY_TENANT, async (tx) => {
    const { rows } = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)
    await endBackend(rows[0]?.pid ?? 0)
    await tx.execute(sql`select 1`)
  })
  await expect(lost).rejects.toThrow(/select 1/)
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

test('T-122 a transaction reports the error of its work as it is and undoes the work, also when the work gives undefined', async () => {
  await pool.query('create table thing (id int primary key)')
  const refused = inScope(drizzle(pool), EVERY_TENANT, async (tx) => {
    await tx.execute(sql`insert into thing values (1)`)
    throw new Error('refused')
  })
  await expect(refused).rejects.toThrow('refused')
  const declined = inTransaction(pool, async (client) => void (await client.query('insert into thing values (1)')))
  expect(await declined).toBeUndefined()
  expect((await pool.query('select count(*)::int as things from thing')).rows).toEqual([{ things: 0 }])
})

const END_EARLY = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'early'`

/** Hands on what the server says; that it is ready, only together with its last words. */
async function endingTooEarly(url: string): Promise<{ url: string; close(): void }> {
  const { hostname, port } = new URL(url)
  const ready = Buffer.from('5a0000000549', 'hex')
  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname)
    let held = Buffer.alloc(0)
    client.pipe(server)
    server.on('data', (said) => {
      held = Buffer.concat([held, said])
      if (held.subarray(-ready.length).equals(ready)) return void other.query(END_EARLY)
      if (held.includes(ready)) return
      client.write(held)
      held = Buffer.alloc(0)
    })
    server.on('end', () => client.end(held))
    for (const socket of [client, server]) socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const there = Object.assign(new URL(url), {
    hostname: '127.0.0.1',
    port: String((proxy.address() as AddressInfo).port),
  })
  there.searchParams.set('application_name', 'early')
  return { url: there.href, close: () => proxy.close() }
}

test('FC-43 T-122 a connection that ends while it opens, or without a listener, ends no process, whichever library made it', async () => {
  useOwnClientEverywhere()
  const early = await endingTooEarly(database.url)
  const client = new pg.Client({ connectionString: early.url }) // as BullMQ does
  await client.connect()
  const heard: unknown[] = []
  client.on('error', (error) => heard.push(error))
  await expect(client.query('select 1')).rejects.toThrow(/terminat|not queryable/)
  expect(heard).toMatchObject([{ code: '57P01' }])
  early.close()

  const unheard = new pg.Client({ connectionString: database.url })
  await unheard.connect()
  const { rows } = await unheard.query('select pg_backend_pid() as pid')
  unheard.removeAllListeners()
  await endBackend(rows[0].pid)
  await expect(unheard.query('select 1')).rejects.toThrow(/terminat|not queryable/)
})

test('FC-43 T-122 a listener learns once that its connection ended, also in the middle of a statement', async () => {
  const client = new Client({ connectionString: database.url })
  await client.connect()
  const heard: unknown[] = []
  client.on('error', (error) => heard.push(error))
  const { rows } = await client.query('select pg_backend_pid() as pid')
  const ended = new Promise<void>((resolve) => client.once('end', () => resolve()))
  const listening = client.query('select pg_sleep(30)').catch(({ code }) => code)
  await expect
    .poll(
      async () =>
        (await other.query(`select from pg_stat_activity where pid = $1 and wait_event = 'PgSleep'`, [rows[0].pid]))
          .rowCount,
    )
    .toBe(1)
  await endBackend(rows[0].pid)
  expect(await listening).toBe('57P01')
  await ended
  expect(heard).toMatchObject([{ code: '57P01' }])
})
