import { randomBytes } from 'node:crypto'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { startBalancer } from '@jackfield/local-stores/service-balancer'
import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import { steadyLoad } from '@jackfield/test-environment/steady-load'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ProcessPlan, type SupervisedProcess, startProcess } from '../src/supervised-process.ts'

const root = join(import.meta.dirname, '../../..')
const BOOTSTRAP_KEY = randomBytes(32).toString('base64url')
const EACH_SECOND = 40
const POLL_MS = 250
const SLOW = { timeout: 30_000 }

type Replica = { plan: ProcessPlan; process: SupervisedProcess; port: number }
type Balancer = Awaited<ReturnType<typeof startBalancer>>

let database: TestDatabase
const replicas = new Map<string, Replica[]>()
const balancers = new Map<string, Balancer>()
const output: string[] = []
const kept = new Agent({ keepAlive: true, maxSockets: 1 })

beforeAll(async () => {
  database = await createTestDatabase()
  const keys = {
    INTERNAL_TOKEN_KEYS: randomBytes(32).toString('base64'),
    KEY_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
  }
  const ports = [await findFreePort(), await findFreePort()] as const
  balancers.set('auth-gateway', await startBalancer(ports, POLL_MS))
  const BASE_URL = `http://phone.localhost:${balancers.get('auth-gateway')?.port}`
  const shared = {
    ...keys,
    BASE_URL,
    DATABASE_URL: database.url,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
    SHUTDOWN_DELAY_SECONDS: '3',
  }

  const registries = [await findFreePort(), await findFreePort()] as const
  balancers.set('tenant-registry', await startBalancer(registries, POLL_MS))
  const registryUrl = `http://127.0.0.1:${balancers.get('tenant-registry')?.port}`
  const start = (name: string, port: number, settings: Record<string, string>): Replica => {
    const readyUrl = `http://127.0.0.1:${port}/health/ready`
    const plan = {
      name,
      command: [join(root, 'services', name, 'src/main.ts')],
      environment: { ...shared, PORT: `${port}`, ...settings },
      readyUrl,
    }
    return { plan, process: startProcess(plan, (_, line) => output.push(line)), port }
  }
  replicas.set(
    'tenant-registry',
    registries.map((port) => start('tenant-registry', port, { BOOTSTRAP_API_KEY: BOOTSTRAP_KEY })),
  )
  const others = { TENANT_REGISTRY_URL: registryUrl, ROSTER_URL: registryUrl, RATE_LIMIT_FACTOR: '0' }
  replicas.set(
    'auth-gateway',
    ports.map((port) => start('auth-gateway', port, others)),
  )
  for (const name of replicas.keys()) await untilAllReady(name)
  expect(await ask('control', '/api/v1/tenants', { body: { slug: 'contoso', name: 'Contoso' } })).toMatchObject({
    status: 201,
  })
}, 120_000)
afterAll(async () => {
  kept.destroy()
  await Promise.all([...replicas.values()].flat().map((replica) => replica.process.stop()))
  await Promise.all([...balancers.values()].map((balancer) => balancer.close()))
  await database?.drop()
})

async function untilAllReady(name: string): Promise<void> {
  for (const { port } of replicas.get(name) ?? [])
    await vi.waitFor(() => expect(balancers.get(name)?.isReady(port)).toBe(true), SLOW)
}

/** Uses a new connection, unless an agent keeps it. */
function ask(label: string, path: string, { body, agent }: { body?: unknown; agent?: Agent } = {}) {
  const port = balancers.get('auth-gateway')?.port
  const headers = {
    host: `${label}.phone.localhost:${port}`,
    authorization: `Bearer ${BOOTSTRAP_KEY}`,
    'content-type': 'application/json',
  }
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; retryAfter: string | undefined }>()
  const method = body === undefined ? 'GET' : 'POST'
  const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: agent ?? false }, (answer) => {
    answer.resume()
    answer.on('end', () => resolve({ status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] }))
    answer.on('error', reject)
  })
  asked.on('error', reject)
  asked.end(body === undefined ? undefined : JSON.stringify(body))
  return promise
}

/** Ends a replica by SIGTERM as a rolling update does, starts its successor and waits until it is ready. */
async function roll(name: string): Promise<void> {
  const [replica] = replicas.get(name) ?? []
  const balancer = balancers.get(name)
  if (!replica || !balancer) throw new TypeError(`nothing runs as ${name}`)
  await replica.process.stop(40_000)
  expect(await replica.process.ended).toBe('ended with 0')
  await expect.poll(() => balancer.isReady(replica.port), SLOW).toBe(false)
  replica.process = startProcess(replica.plan, (_, line) => output.push(line))
  await expect.poll(() => balancer.isReady(replica.port), SLOW).toBe(true)
}

test('FC-63 replicas of registry and gateway are rolled under steady load, and no request fails', {
  timeout: 180_000,
}, async () => {
  let made = 0
  const began = performance.now()
  const load = steadyLoad(EACH_SECOND, {
    discovery: () => ask('contoso', '/auth/.well-known/openid-configuration'),
    'discovery by a kept connection': () => ask('contoso', '/auth/.well-known/openid-configuration', { agent: kept }),
    read: () => ask('control', '/api/v1/tenants?limit=1'),
    write: () => ask('control', '/api/v1/tenants', { body: { slug: `tenant-${made++}`, name: 'Another' } }),
  })
  try {
    await roll('tenant-registry')
    await roll('auth-gateway')
  } finally {
    await load.stop()
  }
  const answersOf = (kind: string) => load.answersOf(kind, began, performance.now())
  for (const [kind, wanted] of [
    ['discovery', 200],
    ['discovery by a kept connection', 200],
    ['read', 200],
    ['write', 201],
  ] as const) {
    expect(answersOf(kind).length).toBeGreaterThan(20)
    const failed = answersOf(kind).filter(({ status }) => status !== wanted)
    expect({ kind, failed }, output.slice(-20).join('\n')).toEqual({ kind, failed: [] })
  }
})
