import { hasPgbouncer, startPgbouncer } from '@jackfield/test-environment/pgbouncer'
import { testRedisUrl } from '@jackfield/test-environment/redis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'
import { type ServiceProcesses, serviceProcesses } from './support/service-processes.ts'

// The service as it is run: processes of their own, ended by signals.

/** What orchestrators give a process to end by default. */
const GRACE_MS = 30_000
const EVERYBODY = { all: true, sync: true, sso: false } as const

let platform: Platform
let processes: ServiceProcesses
beforeAll(async () => {
  platform = await startPlatform()
  processes = serviceProcesses(platform)
})
// Also after a test that failed: a worker left behind would do the next one's work.
afterEach(() => processes.killAll())
afterAll(() => platform.close())

const start = (role?: string, settings?: Record<string, string | undefined>) => processes.start(role, settings)

async function createRun(tenant: { tenantId: string; accountId: string }, directoryId: string) {
  const run = { ...tenant, directoryId, requestedBy: 'test', request: EVERYBODY }
  const { job } = await platform.ports.runs.create(run, platform.entryOf(tenant.tenantId))
  return job.runId
}

async function seenUntil(api: string, runId: string, atLeast: number): Promise<void> {
  const seen = async () => (await platform.call('GET', `${api}/sync-runs/${runId}`)).body.counts.seen
  await expect.poll(seen, { timeout: 60_000, interval: 20 }).toBeGreaterThanOrEqual(atLeast)
}

describe.each(['postgres', 'redis'] as const)('with the queue on %s', (kind) => {
  const settings = { REDIS_URL: kind === 'redis' ? testRedisUrl() : undefined }
  const skip = kind === 'redis' && !testRedisUrl()

  test.skipIf(skip)(
    'S35 QC-01 a worker killed in mid-import is replaced, and the roster equals an undisturbed one',
    { timeout: 240_000 },
    async () => {
      const directoryId = addLargeDirectory(platform, 5_000)
      const disturbed = platform.connectedTenant(directoryId)
      platform.gate.delayMs = 300
      const runId = await createRun(disturbed, directoryId)
      const first = await start('worker', settings)
      await seenUntil(disturbed.api, runId, 1_000)
      first.child.kill('SIGKILL')
      await first.exited
      const { body } = await platform.call('GET', `${disturbed.api}/sync-runs/${runId}`)
      expect(body).toMatchObject({ status: 'running' })
      expect(body.counts.seen).toBeLessThan(5_000)

      platform.gate.delayMs = 0
      const second = await start('worker', settings)
      const run = await platform.finishedRun(disturbed.api, runId)
      expect(run).toMatchObject({ status: 'succeeded', error: null })
      expect(run.counts).toEqual({
        seen: 5_000,
        created: 5_000,
        updated: 0,
        unchanged: 0,
        disabled: 0,
        deleted: 0,
        skipped: 0,
      })

      const undisturbed = platform.connectedTenant(directoryId)
      await platform.finishedRun(undisturbed.api, await createRun(undisturbed, directoryId))
      expect(await platform.roster(disturbed.tenantId)).toEqual(await platform.roster(undisturbed.tenantId))
      await second.ready()
      second.child.kill('SIGTERM')
      expect(await second.exited).toBe(0)
    },
  )

  test.skipIf(skip)(
    'QC-02 SIGTERM during an import ends the process with 0 and another goes on at once',
    { timeout: 240_000 },
    async () => {
      const directoryId = addLargeDirectory(platform, 4_500)
      const tenant = platform.connectedTenant(directoryId)
      platform.gate.delayMs = 300
      const runId = await createRun(tenant, directoryId)
      const first = await start('worker', settings)
      await seenUntil(tenant.api, runId, 900)
      await first.ready()
      const asked = performance.now()
      first.child.kill('SIGTERM')
      expect(await first.exited).toBe(0)
      expect(performance.now() - asked).toBeLessThan(GRACE_MS)
      // Of the page that was under way everything is there, or nothing.
      const left = await platform.call('GET', `${tenant.api}/sync-runs/${runId}`)
      expect(left.body).toMatchObject({ status: 'running', error: null })
      expect(left.body.counts.created).toBe(left.body.counts.seen)
      expect(await platform.roster(tenant.tenantId)).toHaveLength(left.body.counts.seen)
      const { rows } = await platform.stores.pool.query('select lease_expires_at from roster.sync_run where id = $1', [
        runId,
      ])
      expect(rows[0].lease_expires_at).toBeNull()
      platform.gate.delayMs = 0
      const second = await start('worker', settings)
      expect((await platform.finishedRun(tenant.api, runId)).counts).toMatchObject({ seen: 4_500, created: 4_500 })
      await second.ready()
      second.child.kill('SIGTERM')
      expect(await second.exited).toBe(0)
    },
  )
})

test('without an argument one process is API and worker; the worker alone serves health and metrics only', {
  timeout: 240_000,
}, async () => {
  const both = await start(undefined)
  await both.ready()
  expect((await fetch(`http://127.0.0.1:${both.port}/api/v1/tenants/x/users`)).status).toBe(401)
  // A stream that is open must not hold up the end.
  const tenant = platform.connectedTenant()
  const runId = await createRun(tenant, tenant.tenantId)
  await platform.stores.pool.query(`update roster.sync_run set not_before = now() + interval '1 hour' where id = $1`, [
    runId,
  ])
  const headers = { authorization: platform.authorization({ scope: 'platform', role: 'admin' }) }
  const stream = await fetch(`http://127.0.0.1:${both.port}${tenant.api}/sync-runs/${runId}/events`, { headers })
  expect(stream.headers.get('content-type')).toBe('text/event-stream')
  const worker = await start('worker')
  await worker.ready()
  expect((await fetch(`http://127.0.0.1:${worker.port}/metrics`)).status).toBe(200)
  expect((await fetch(`http://127.0.0.1:${worker.port}/api/v1/tenants/x/users`)).status).toBe(404)
  for (const { child, exited } of [both, worker]) {
    const asked = Date.now()
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
    expect(Date.now() - asked).toBeLessThan(8_000)
  }
  expect(await stream.text()).toContain('"status":"queued"')
})

test.skipIf(!hasPgbouncer())(
  'T-124 FC-42 behind pgbouncer in session mode a worker, its queue there too, takes an import to its end',
  { timeout: 120_000 },
  async () => {
    const pooler = await startPgbouncer(platform.stores.database.url, 'session')
    const worker = await start('worker', { DATABASE_URL: pooler.url })
    await worker.ready()
    const tenant = platform.connectedTenant(addLargeDirectory(platform, 500))
    expect(await platform.runImport(tenant, EVERYBODY)).toMatchObject({ status: 'succeeded', counts: { created: 500 } })
    processes.killAll()
    await pooler.stop()
  },
)

test('migrate brings roster and queue up to date and exits; wrong settings are named, never shown, and exit with 1', {
  timeout: 240_000,
}, async () => {
  expect(await (await start('migrate')).exited).toBe(0)
  const wrong = await start('api', {
    MICROSOFT_GRAPH_URL: 'https://graph.evil.example',
    INTERNAL_TOKEN_KEYS: 'c2hvcnQ=',
    DATABASE_URL: undefined,
  })
  expect(await wrong.exited).toBe(1)
  expect(
    wrong
      .output()
      .trim()
      .split('\n')
      .map((line) => line.split(':')[0])
      .sort(),
  ).toEqual(['DATABASE_URL', 'INTERNAL_TOKEN_KEYS', 'MICROSOFT_GRAPH_URL'])
  expect(wrong.output()).not.toMatch(/evil|c2hvcnQ/)
  expect(await (await start('dance')).exited).toBe(1)
})

test('T-94 no log line of a whole import carries the secret, a token or a person', { timeout: 240_000 }, async () => {
  const tenant = platform.connectedTenant()
  const worker = await start('worker', { LOG_LEVEL: 'trace' })
  await worker.ready()
  const directoryId = platform.emulator.directory('m365x214355.onmicrosoft.com').id
  await platform.finishedRun(tenant.api, await createRun(tenant, directoryId))
  worker.child.kill('SIGTERM')
  await worker.exited
  const credential = platform.registry.connections.get(tenant.accountId)?.credential
  expect(worker.output()).not.toContain(credential?.type === 'secret' ? credential.secret : 'no secret at all')
  expect(worker.output()).not.toMatch(/eyJ[\w-]{10,}\.|Adele/)
})
