import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const KEY = randomBytes(32).toString('base64')
/** Processes start slowly on a busy machine. */
const READY = { timeout: 25_000 }
const SLOW = 60_000
let database: TestDatabase
const children: ChildProcess[] = []
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await database.drop()
})

function run(argument: string[], settings: Record<string, string>) {
  const env = {
    PATH: process.env.PATH,
    INTERNAL_TOKEN_KEYS: KEY,
    KEY_ENCRYPTION_KEYS: KEY,
    BASE_URL: 'https://phone.example',
    HOST: '127.0.0.1',
    SHUTDOWN_DELAY_SECONDS: '0',
  }
  const child = spawn(process.execPath, [MAIN, ...argument], {
    env: { ...env, DATABASE_URL: database.url, ...settings },
  })
  children.push(child)
  const output = { text: '' }
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output.text += chunk
    })
  }
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  return { child, output, exited }
}

async function status(port: number, path: string): Promise<number> {
  return fetch(`http://127.0.0.1:${port}${path}`).then(
    (response) => response.status,
    () => 0,
  )
}

async function tables(): Promise<number> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const { rowCount } = await client.query("select 1 from information_schema.tables where table_schema = 'registry'")
  await client.end()
  return rowCount ?? 0
}

test(
  'wrong settings end the process with one line each',
  async () => {
    const { exited, output } = run([], { DATABASE_URL: '', BASE_URL: 'nonsense', KEY_ENCRYPTION_KEYS: '' })
    expect(await exited).toBe(1)
    expect(
      output.text
        .trim()
        .split('\n')
        .map((line) => line.split(':')[0])
        .sort(),
    ).toEqual(['BASE_URL', 'DATABASE_URL', 'KEY_ENCRYPTION_KEYS'])
  },
  SLOW,
)

test(
  'an unknown command ends the process with a line',
  async () => {
    const { exited, output } = run(['migarte'], {})
    expect([await exited, output.text]).toEqual([1, expect.stringContaining('migarte: is not a command')])
  },
  SLOW,
)

test(
  'T-115 without Postgres it listens at once, live but not ready, and answers 503',
  async () => {
    const port = await findFreePort()
    const { child, exited } = run([], {
      PORT: `${port}`,
      DATABASE_URL: `postgres://x@127.0.0.1:${await findFreePort()}/x`,
    })
    await expect.poll(() => status(port, '/health/live'), READY).toBe(200)
    expect(await status(port, '/health/ready')).toBe(503)
    expect(await status(port, '/internal/apps')).toBe(503)
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
  },
  SLOW,
)

test(
  'with MIGRATE=never it is not ready until "migrate" ran, which only migrates and exits',
  async () => {
    const port = await findFreePort()
    const { child, exited } = run([], { PORT: `${port}`, MIGRATE: 'never' })
    await expect.poll(() => status(port, '/health/live'), READY).toBe(200)
    expect(await status(port, '/health/ready')).toBe(503)
    expect(await tables()).toBe(0)
    expect(await run(['migrate'], {}).exited).toBe(0)
    expect(await tables()).toBeGreaterThan(0)
    await expect.poll(() => status(port, '/health/ready'), READY).toBe(200)
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
  },
  SLOW,
)

test(
  'two started at the same time bring the schema up to date once and become ready; SIGTERM closes in order',
  async () => {
    const ports = [await findFreePort(), await findFreePort()]
    const runs = ports.map((port) => run([], { PORT: `${port}` }))
    for (const port of ports) await expect.poll(() => status(port, '/health/ready'), READY).toBe(200)
    expect(await status(ports[0] as number, '/internal/apps')).toBe(401)
    for (const { child } of runs) child.kill('SIGTERM')
    expect(await Promise.all(runs.map(({ exited }) => exited))).toEqual([0, 0])
  },
  SLOW,
)

test(
  'FC-63 after SIGTERM it is not ready but live, and serves on; after Ctrl-C it ends at once',
  async () => {
    const ports = [await findFreePort(), await findFreePort()] as const
    const [ended, interrupted] = ports.map((port) => run([], { PORT: `${port}`, SHUTDOWN_DELAY_SECONDS: '60' }))
    for (const port of ports) await expect.poll(() => status(port, '/health/ready'), READY).toBe(200)
    ended?.child.kill('SIGTERM')
    await expect.poll(() => status(ports[0], '/health/ready'), READY).toBe(503)
    expect([await status(ports[0], '/health/live'), await status(ports[0], '/internal/apps')]).toEqual([200, 401])
    interrupted?.child.kill('SIGINT')
    expect(await interrupted?.exited).toBe(0)
    expect(ended?.child.exitCode).toBeNull()
  },
  SLOW,
)
