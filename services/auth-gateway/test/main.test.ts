import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { send } from './browser.ts'

const MAIN = new URL('../src/main.ts', import.meta.url).pathname
let database: TestDatabase
const running: ChildProcess[] = []

beforeEach(async () => {
  database = await createTestDatabase()
})
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null) continue
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await database.drop()
})

const KEYS = {
  INTERNAL_TOKEN_KEYS: randomBytes(32).toString('base64'),
  KEY_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
}
const settings = () => ({
  ...KEYS,
  PATH: process.env.PATH ?? '',
  LOG_LEVEL: 'info',
  SHUTDOWN_DELAY_SECONDS: '0',
  DATABASE_URL: database.url,
  BASE_URL: 'https://phone.example',
  TENANT_REGISTRY_URL: 'http://127.0.0.1:9',
  ROSTER_URL: 'http://127.0.0.1:9',
})

function start(environment: Record<string, string>) {
  const child = spawn(process.execPath, [MAIN], { env: environment })
  running.push(child)
  const output: string[] = []
  child.stdout.on('data', (data) => output.push(String(data)))
  child.stderr.on('data', (data) => output.push(String(data)))
  return { child, text: () => output.join('') }
}

async function untilReady(port: number): Promise<number> {
  for (let round = 0; round < 300; round++) {
    const status = await send(`http://127.0.0.1:${port}/health/ready`).then(
      (answer) => answer.status,
      () => 0,
    )
    if (status === 200) return status
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the gateway did not get ready')
}

test('S48 two replicas start at once on an empty database, make one set of keys, and exit with 0 on SIGTERM', async () => {
  const ports = [await findFreePort(), await findFreePort()]
  const replicas = ports.map((port) => start({ ...settings(), HOST: '127.0.0.1', PORT: String(port) }))
  for (const port of ports) expect(await untilReady(port)).toBe(200)

  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const keys = await client.query(
    'select use, count(*)::int as n from gateway.signing_key group by use order by use collate "C"',
  )
  expect(keys.rows).toEqual([
    { use: 'ES256', n: 1 },
    { use: 'RS256', n: 1 },
    { use: 'cookie', n: 1 },
  ])
  const { rows } = await client.query(
    `select relpersistence from pg_class where oid = 'gateway.short_lived_record'::regclass`,
  )
  expect(rows).toEqual([{ relpersistence: 'p' }])
  const sealed = await client.query(`select encode(sealed, 'escape') as text from gateway.signing_key`)
  expect(sealed.rows.some(({ text }) => text.includes('kty'))).toBe(false)
  await client.end()

  for (const { child } of replicas) child.kill('SIGTERM')
  expect(await Promise.all(replicas.map(async ({ child }) => (await once(child, 'exit'))[0]))).toEqual([0, 0])
})

test('every wrong setting is named, none is shown, and the process ends', async () => {
  const { child, text } = start({
    ...settings(),
    BASE_URL: 'http://phone.example',
    MICROSOFT_LOGIN_URL: 'https://evil.example',
    KEY_ENCRYPTION_KEYS: 'c2hvcnQ=',
  })
  expect((await once(child, 'exit'))[0]).toBe(1)
  for (const name of ['BASE_URL', 'MICROSOFT_LOGIN_URL', 'KEY_ENCRYPTION_KEYS']) expect(text()).toContain(`${name}:`)
  expect(text()).not.toContain('c2hvcnQ')
})

test('T-115 DO-11 started before Postgres it is alive, not ready, and waits', async () => {
  const port = await findFreePort()
  const { child, text } = start({
    ...settings(),
    DATABASE_URL: `postgres://nobody@127.0.0.1:${await findFreePort()}/none`,
    HOST: '127.0.0.1',
    PORT: String(port),
  })
  for (let round = 0; round < 140 && !text().includes('waiting for Postgres'); round++)
    await new Promise((resolve) => setTimeout(resolve, 100))
  expect((await send(`http://127.0.0.1:${port}/health/live`)).status).toBe(200)
  const ready = await send(`http://127.0.0.1:${port}/health/ready`)
  expect([ready.status, ready.text]).toEqual([503, '{"status":"not ready"}'])
  child.kill('SIGTERM')
  expect((await once(child, 'exit'))[0]).toBe(0)
})

test('DO-11 while another replica migrates it is alive and not ready; afterwards it is', async () => {
  const other = new pg.Client({ connectionString: database.url })
  await other.connect()
  await other.query('select pg_advisory_lock(4010402207)') // what every service migrates under
  const port = await findFreePort()
  start({ ...settings(), HOST: '127.0.0.1', PORT: String(port) })
  const migrates = `select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name = 'gateway migrations'`
  await expect.poll(async () => (await other.query(migrates)).rows[0].n, { timeout: 10_000 }).toBe(1)
  expect((await send(`http://127.0.0.1:${port}/health/live`)).status).toBe(200)
  expect((await send(`http://127.0.0.1:${port}/health/ready`)).status).toBe(503)
  await other.end()
  expect(await untilReady(port)).toBe(200)
})
