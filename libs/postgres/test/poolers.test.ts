import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import { hasPgbouncer, type PoolMode, startPgbouncer } from '@jackfield/test-environment/pgbouncer'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { runMigrations } from '../src/migrate.ts'
import { createPool, pingPostgres } from '../src/pool.ts'
import { refuseSharedSessions, SharedSessionError } from '../src/shared-sessions.ts'

let database: TestDatabase
let closers: Array<() => Promise<unknown>> = []
beforeAll(async () => {
  database = await createTestDatabase()
})
afterEach(async () => {
  for (const close of closers.reverse()) await close()
  closers = []
})
afterAll(() => database.drop())

async function givenPooler(mode: PoolMode, more = '') {
  const pooler = await startPgbouncer(database.url, mode, more)
  closers.push(pooler.stop)
  return pooler
}
function givenPool(connectionString: string): pg.Pool {
  const pool = createPool({ connectionString, applicationName: 'test', onIdleError: () => undefined })
  closers.push(() => pool.end())
  return pool
}
/** A pooler that was in transaction mode, where its connections keep what clients set, and is in session mode now. */
async function givenSettingsOfOthers() {
  // All its connections in turn, not the last one again.
  const pooler = await givenPooler('transaction', 'server_round_robin = 1')
  const settings = 'set role pg_monitor; set search_path to nowhere; set lock_timeout = 1'
  await queryAtOnce(pooler.url, `${settings}; select pg_sleep(0.5)`)
  await pooler.change('session')
  return pooler
}
/** On 15 of the pooler's connections. */
async function queryAtOnce(connectionString: string, text: string) {
  const query = async () => {
    const client = new pg.Client({ connectionString })
    await client.connect()
    await client.query(text)
    await client.end()
  }
  await Promise.all(Array.from({ length: 15 }, query))
}

describe.skipIf(!hasPgbouncer())('pgbouncer', () => {
  test('T-124 FC-42 in transaction mode is refused each time, also where every statement has met the same backend', async () => {
    const { url } = await givenPooler('transaction')
    const pool = givenPool(url)
    const pids = new Set<number>()
    for (let statement = 0; statement < 20; statement += 1)
      pids.add((await pool.query('select pg_backend_pid() as pid')).rows[0].pid)
    expect(pids.size).toBe(1)
    for (let start = 0; start < 2; start += 1)
      await expect(refuseSharedSessions(url, 'test')).rejects.toThrow(SharedSessionError)
  })

  test('T-124 FC-42 in transaction mode is refused beside other services, whose notifications reach its connections', async () => {
    const { url } = await givenPooler('transaction', 'server_round_robin = 1')
    // Each server connection listens to what other services notified about when they started.
    await queryAtOnce(url, 'listen jackfield_others; select pg_sleep(0.5)')
    const notifier = givenPool(database.url)
    const many = `select pg_notify('jackfield_others', n::text) from generate_series(1, 500) n`
    let isOver = false
    const notifying = (async () => {
      while (!isOver) await notifier.query(many)
    })()
    const starts = await Promise.all(
      Array.from({ length: 20 }, () => refuseSharedSessions(url, 'test').catch((error: Error) => error.name)),
    )
    isOver = true
    await notifying
    expect(starts).toEqual(starts.map(() => 'SharedSessionError'))
  })

  test('T-124 FC-42 in transaction mode nothing is migrated', async () => {
    const { url } = await givenPooler('transaction')
    const folder = await mkdtemp(join(tmpdir(), 'jackfield-migrations-'))
    closers.push(() => rm(folder, { recursive: true }))
    await expect(runMigrations({ connectionString: url, folder, name: 'shop' })).rejects.toThrow(/pool_mode = session/)
    expect((await givenPool(database.url).query(`select to_regnamespace('migrations') as made`)).rows).toEqual([
      { made: null },
    ])
  })

  test('T-124 FC-42 in session mode, as shipped, it takes a pool with role and time-outs, and keeps them', async () => {
    const { url } = await givenPooler('session')
    await refuseSharedSessions(url, 'test')
    const pool = createPool({
      connectionString: url,
      applicationName: 'test',
      role: 'pg_monitor',
      onIdleError: () => {},
    })
    closers.push(() => pool.end())
    const shown = `select current_user as role, current_setting('statement_timeout') as patience`
    for (let statement = 0; statement < 3; statement += 1)
      expect((await pool.query(shown)).rows).toEqual([{ role: 'pg_monitor', patience: '10s' }])
    await pingPostgres(pool)
  })

  test('T-124 FC-42 after a change to session mode a pool begins without what other clients have set', async () => {
    const { url } = await givenSettingsOfOthers()
    const shown = `select current_user as role, current_setting('search_path') as path,
      current_setting('statement_timeout') as statements, current_setting('lock_timeout') as locks`
    const role = decodeURIComponent(new URL(database.url).username)
    const own = { role, path: '"$user", public', statements: '10s', locks: '0' }
    const pool = givenPool(url)
    const sessions = await Promise.all(Array.from({ length: 10 }, () => pool.connect()))
    const begun = await Promise.all(sessions.map((session) => session.query(shown)))
    for (const session of sessions) session.release()
    for (const { rows } of begun) expect(rows).toEqual([own])
  })

  test('T-124 FC-42 after a change to session mode migrations begin without what other clients have set', async () => {
    const { url } = await givenSettingsOfOthers()
    const folder = await mkdtemp(join(tmpdir(), 'jackfield-migrations-'))
    closers.push(() => rm(folder, { recursive: true }))
    await mkdir(join(folder, 'meta'))
    await writeFile(
      join(folder, 'meta/_journal.json'),
      JSON.stringify({ version: '7', dialect: 'postgresql', entries: [] }),
    )
    await runMigrations({ connectionString: url, folder, name: 'shop' })
  })

  test('T-124 a pooler that changes to transaction mode is noticed by readiness', async () => {
    const pooler = await givenPooler('session')
    const pool = givenPool(pooler.url)
    await pingPostgres(pool)
    await pooler.change('transaction')
    const others = [givenPool(pooler.url), givenPool(pooler.url)]
    const ping = async () => {
      await Promise.allSettled(others.flatMap((other) => [1, 2].map(() => other.query('select pg_sleep(0.05)'))))
      return pingPostgres(pool).catch((error: Error) => error.name)
    }
    await expect.poll(ping, { timeout: 20_000 }).toBe('SharedSessionError')
  })
})

test('T-124 Postgres itself keeps sessions', async () => {
  await refuseSharedSessions(database.url, 'test')
})
