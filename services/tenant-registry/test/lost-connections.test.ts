import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { internalTokenSigner } from '@jackfield/internal-token/sign-internal-token'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import { endBackends } from '@jackfield/test-environment/end-backends'
import { steadyLoad } from '@jackfield/test-environment/steady-load'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { platform, service } from './registry.ts'

// The service as it is run. Every connection that it has to Postgres is ended five times a second.

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const KEY = randomBytes(32)
const ROUNDS = 40
const SLOW = { timeout: 30_000 }
let database: TestDatabase
let child: ChildProcess | undefined
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  child?.kill('SIGKILL')
  await database.drop()
})

test('FC-43 T-122 connections ended five times a second under reads and writes: no process ends, answers are 2xx or 503, and all is well after', {
  timeout: 120_000,
}, async () => {
  const port = await findFreePort()
  const settings = {
    DATABASE_URL: database.url,
    INTERNAL_TOKEN_KEYS: KEY.toString('base64'),
    KEY_ENCRYPTION_KEYS: KEY.toString('base64'),
    BASE_URL: 'https://phone.example',
    HOST: '127.0.0.1',
    PORT: `${port}`,
  }
  child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.stdout?.resume()
  const sign = internalTokenSigner('auth-gateway', [KEY])
  const ask = async (caller: typeof platform, path: string, body?: object) => {
    const authorization = `Bearer ${sign({ aud: 'tenant-registry', ...caller })}`
    const sent = body && { method: 'POST', body: JSON.stringify(body) }
    const headers = { authorization, ...(body && { 'content-type': 'application/json' }) }
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { ...sent, headers })
    await answer.text()
    return { status: answer.status, retryAfter: answer.headers.get('retry-after') ?? undefined }
  }
  let made = 0
  const questions = {
    tenants: () => ask(platform, '/api/v1/tenants'),
    apps: () => ask(service, '/internal/apps'),
    write: () => ask(platform, '/api/v1/tenants', { slug: `tenant-${++made}`, name: 'Contoso' }),
    audit: () =>
      ask(service, '/internal/audit-events', { tenantId: null, actor: 'test', action: 'test', outcome: 'success' }),
  }
  const isReady = async () => (await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined))?.status

  const whileStarting = await endBackends(database.url, 50)
  await expect.poll(whileStarting.ended, SLOW).toBeGreaterThan(2)
  await whileStarting.stop()
  await expect.poll(isReady, SLOW).toBe(200)
  const load = steadyLoad(60, questions)
  const ending = await endBackends(database.url)
  await expect.poll(ending.rounds, SLOW).toBeGreaterThan(ROUNDS)
  await ending.stop()
  await load.stop()

  expect(ending.ended()).toBeGreaterThan(ROUNDS)
  expect(child.exitCode).toBeNull()
  for (const kind of Object.keys(questions)) {
    const answers = load
      .answersOf(kind, 0, Number.POSITIVE_INFINITY)
      .map(({ status, retryAfter }) => `${status} ${retryAfter}`)
    expect(answers.length).toBeGreaterThan(ROUNDS)
    const isRight = (answer: string) => /^2\d\d undefined$|^503 2$/.test(answer)
    expect(answers.filter((answer) => !isRight(answer))).toEqual([])
    expect(answers.filter((answer) => answer.startsWith('2')).length).toBeGreaterThan(0)
  }
  // More at the same time than the pool has connections, as soon as it has seen the end of the last ones.
  for (const question of Object.values(questions)) {
    const refused = async () =>
      (await Promise.all(Array.from({ length: 30 }, question))).filter(({ status }) => status >= 300)
    await expect.poll(refused, { timeout: 5_000 }).toEqual([])
  }
  expect(await isReady()).toBe(200)
})
