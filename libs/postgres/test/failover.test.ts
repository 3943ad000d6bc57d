import { startFailover } from '@jackfield/test-environment/failover'
import type pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createPool, pingPostgres } from '../src/pool.ts'

let postgres: Awaited<ReturnType<typeof startFailover>>
let pool: pg.Pool
beforeEach(async () => {
  postgres = await startFailover()
  pool = createPool({ connectionString: postgres.url, applicationName: 'test', max: 3, onIdleError: () => undefined })
  await pool.query('create table thing (id int)')
})
afterEach(async () => {
  await pool.end()
  await postgres.stop()
})

const SOON = { timeout: 10_000 }
const SLOW = { timeout: 60_000 }
const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'done',
    ({ code, message }) => code ?? message,
  )
const write = () => codeOf(pool.query('insert into thing values (1)'))
const read = () => codeOf(pool.query('select from thing'))
const ping = () => codeOf(pingPostgres(pool))

test(
  'FC-41 T-123 a replica behind the address is a lost store for reads, writes and readiness, until it is promoted',
  SLOW,
  async () => {
    expect([await write(), await read(), await ping()]).toEqual(['done', 'done', 'done'])
    await postgres.failOver()
    await expect.poll(ping, SOON).toBe('25006')
    expect([await write(), await read(), await ping()]).toEqual(['25006', '25006', '25006'])
    await postgres.promote()
    await expect.poll(ping, SOON).toBe('done')
    expect([await write(), await read()]).toEqual(['done', 'done'])
  },
)

test(
  'FC-41 T-123 a primary that turns read-only under open connections is noticed, the connections are dropped, and it recovers',
  SLOW,
  async () => {
    const backends = async () =>
      new Set(
        (await Promise.all([1, 2, 3].map(() => pool.query('select pg_backend_pid() as pid, pg_sleep(0.1)')))).map(
          ({ rows }) => rows[0].pid,
        ),
      )
    const before = await backends()
    expect(before.size).toBe(3)
    await postgres.setReadOnly(true)
    await expect.poll(ping, SOON).toBe('25006')
    for (let attempt = 0; attempt < 4; attempt += 1) expect(await write()).toBe('25006')
    await postgres.setReadOnly(false)
    await expect.poll(ping, SOON).toBe('done')
    expect(await write()).toBe('done')
    expect((await backends()).isDisjointFrom(before)).toBe(true)
  },
)

test(
  'T-122 T-123 a machine that is gone without a word is noticed, and its connections are replaced',
  SLOW,
  async () => {
    await Promise.all([read(), read(), read()])
    postgres.silence(true)
    const asked = [read(), read(), write()]
    await expect(pool.query('select 1')).rejects.toThrow(/timeout exceeded/)
    expect(await Promise.all(asked)).toEqual(['ETIMEDOUT', 'ETIMEDOUT', 'ETIMEDOUT'])
    postgres.silence(false)
    await expect.poll(ping, SOON).toBe('done')
    expect(await write()).toBe('done')
  },
)
