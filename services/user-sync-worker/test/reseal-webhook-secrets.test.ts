import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { unseal } from '@jackfield/sealing/seal'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  postgresWebhookEndpoints,
  resealWebhookSecrets,
  secretContext,
} from '../src/adapters/outbox/webhook-endpoints.ts'
import { inScope, scopedPool } from '../src/adapters/tenant-scope.ts'
import { type Platform, startPlatform } from './support/platform.ts'

const [OLD_KEY, NEW_KEY, LOST_KEY] = [randomBytes(32), randomBytes(32), randomBytes(32)]
let platform: Platform
const children: ChildProcess[] = []
beforeAll(async () => {
  platform = await startPlatform()
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await platform.close()
})

async function givenEndpoint(key: Buffer) {
  const tenantId = randomUUID()
  const entry = () => ({ tenantId, actor: 'test', action: 'webhook-endpoint.create', outcome: 'success' as const })
  const created = await postgresWebhookEndpoints(platform.stores.pool, [key]).create(
    tenantId,
    { url: 'https://a.example/hook' },
    entry,
  )
  if (typeof created !== 'object') throw new Error('no endpoint')
  return created
}

/** The signing secret as `key` opens it, or undefined when that key did not seal it. */
async function openedBy(key: Buffer, { tenantId, id }: { tenantId: string; id: string }): Promise<string | undefined> {
  const { rows } = await platform.stores.pool.query('select sealed_secret from roster.webhook_endpoint where id = $1', [
    id,
  ])
  try {
    return `whsec_${unseal(rows[0].sealed_secret, [key], secretContext(tenantId, id)).toString('base64')}`
  } catch {
    return undefined
  }
}

test('SE-05 a worker that starts with a new key-encryption key first seals webhook secrets by it; receivers keep theirs, one that no key opens is logged', {
  timeout: 60_000,
}, async () => {
  const [first, second, lost] = [
    await givenEndpoint(OLD_KEY),
    await givenEndpoint(OLD_KEY),
    await givenEndpoint(LOST_KEY),
  ]
  const env = {
    PATH: process.env.PATH,
    HOST: '127.0.0.1',
    PORT: String(await findFreePort()),
    DATABASE_URL: platform.stores.database.url,
    INTERNAL_TOKEN_KEYS: platform.stores.key.toString('base64'),
    KEY_ENCRYPTION_KEYS: [NEW_KEY, OLD_KEY].map((key) => key.toString('base64')).join(','),
    TENANT_REGISTRY_URL: platform.registry.url,
  }
  const child = spawn(process.execPath, [fileURLToPath(new URL('../src/main.ts', import.meta.url)), 'worker'], { env })
  children.push(child)
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk
  })
  await expect
    .poll(() => output, { timeout: 40_000 })
    .toContain('no key of KEY_ENCRYPTION_KEYS opens these webhook secrets')
  expect(output).toContain(lost.id)
  expect([await openedBy(NEW_KEY, first), await openedBy(NEW_KEY, second)]).toEqual([first.secret, second.secret])
  expect(await openedBy(LOST_KEY, lost)).toBe(lost.secret)
})

test('SE-05 several at once, over more than one slice, end in the same rows', { timeout: 60_000 }, async () => {
  const endpoint = await givenEndpoint(OLD_KEY)
  const many = Array.from({ length: 1_200 }, () => randomUUID())
  await platform.stores.pool.query(
    `insert into roster.webhook_endpoint (id, tenant_id, url, sealed_secret)
     select n.id, $2, 'https://a.example/hook', decode('00', 'hex') from unnest($1::uuid[]) as n (id)`,
    [many, endpoint.tenantId],
  )
  const pool = scopedPool(platform.stores.confined)
  const reseal = () => inScope('every-tenant', () => resealWebhookSecrets(pool, [NEW_KEY, OLD_KEY]))
  const reports = await Promise.all([reseal(), reseal(), reseal()])
  for (const report of reports) expect(new Set(report).isSupersetOf(new Set(many))).toBe(true)
  expect(await openedBy(NEW_KEY, endpoint)).toBe(endpoint.secret)
})
