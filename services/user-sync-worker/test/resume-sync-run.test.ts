import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { testRedisUrl } from '@jackfield/test-environment/redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { advanceSyncRun } from '../src/jobs/sync-run/advance-sync-run.ts'
import type { Lease } from '../src/sync-run-ports.ts'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

const EVERYBODY = { all: true, sync: true, sso: true }
const never = new AbortController().signal

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform()
})
afterAll(() => platform.close())

async function createRun({ tenantId, accountId }: ReturnType<Platform['connectedTenant']>, directoryId: string) {
  const run = {
    tenantId,
    accountId,
    directoryId,
    requestedBy: 'test',
    request: { all: true, sync: true, sso: false } as const,
  }
  return platform.ports.runs.create(run, platform.entryOf(tenantId))
}
const advance = (sliceMs = 60_000) => advanceSyncRun(platform.ports, { sliceMs, now: Date.now })
const expireLease = (runId: string) =>
  platform.stores.pool.query(
    `update roster.sync_run set lease_expires_at = now() - interval '1 second' where id = $1`,
    [runId],
  )

test('QC-04 a worker that comes back after its lease was taken over writes nothing', async () => {
  const directoryId = addLargeDirectory(platform, 10)
  const tenant = platform.connectedTenant(directoryId)
  const { job } = await createRun(tenant, directoryId)
  const late = (await platform.ports.leases.take(job)) as Lease
  expect(await platform.ports.leases.take(job)).toBeUndefined() // held
  await expireLease(job.runId)
  const current = (await platform.ports.leases.take(job)) as Lease
  expect(current.token).toBeGreaterThan(late.token)

  const page = {
    seen: 1,
    users: [],
    unsynced: [],
    skipped: [{ id: randomUUID(), reason: 'late' }],
    nameless: 0,
    staged: [],
    met: [],
    next: 'decide',
  }
  expect(await platform.ports.pages.commitPage(late, page)).toBe(false)
  expect(await platform.ports.endings.restart(late)).toBeUndefined()
  expect(await platform.ports.leases.release(late, 0)).toBeUndefined()
  expect(await platform.ports.endings.fail(late, { code: 'late', message: 'late' })).toBe(false)
  const { body } = await platform.call('GET', `${tenant.api}/sync-runs/${job.runId}`)
  expect(body).toMatchObject({ status: 'running', counts: { seen: 0, skipped: 0 }, skippedUsers: [] })
})

test('T-110 a run in slices of one page ends with the right counts and the whole roster', async () => {
  const directoryId = addLargeDirectory(platform, 3_100)
  const tenant = platform.connectedTenant(directoryId)
  const { job } = await createRun(tenant, directoryId)
  let slices = 0
  for (let outcome = await advance(0)(job, never); outcome.next; outcome = await advance(0)(job, never)) slices += 1
  expect(slices).toBe(5)
  const { body } = await platform.call('GET', `${tenant.api}/sync-runs/${job.runId}`)
  expect(body).toMatchObject({
    status: 'succeeded',
    total: 3_100,
    counts: { seen: 3_100, created: 3_100, unchanged: 0 },
  })
  expect(await platform.roster(tenant.tenantId)).toHaveLength(3_100)
  // A job that comes late or twice finds nothing to do.
  expect(await advance()(job, never)).toMatchObject({ next: undefined })
})

test('an account has one run at a time: the second starts when the first ends', async () => {
  const tenant = platform.connectedTenant()
  const directoryId = platform.emulator.directory('m365x214355.onmicrosoft.com').id
  const [first, second] = [await createRun(tenant, directoryId), await createRun(tenant, directoryId)]
  expect(await platform.ports.leases.take(second.job)).toBeUndefined()
  const outcome = await advance()(first.job, never)
  expect(outcome.next).toEqual(second)
  await advance()(second.job, never)
  const { body } = await platform.call('GET', `${tenant.api}/sync-runs`)
  expect(body.items.map(({ status }: { status: string }) => status)).toEqual(['succeeded', 'succeeded'])
  expect(body.items[0].counts).toMatchObject({ unchanged: 32 })
})

test('T-113 an expired page token restarts the listing up to three times, and nobody is counted twice', async () => {
  const directoryId = addLargeDirectory(platform, 2_500)
  const tenant = platform.connectedTenant(directoryId)
  const { job } = await createRun(tenant, directoryId)
  await advance(0)(job, never)
  const expired = { status: 400, body: { error: { code: 'Directory_ExpiredPageToken', message: 'expired' } } }
  platform.gate.faults.push(expired)
  const restarted = await advance()(job, never)
  expect(restarted.next).toBeDefined()
  await advance()(job, never)
  const { body } = await platform.call('GET', `${tenant.api}/sync-runs/${job.runId}`)
  expect(body).toMatchObject({ status: 'succeeded', counts: { seen: 2_500, created: 2_500, updated: 0, unchanged: 0 } })

  const { job: hopeless } = await createRun(tenant, directoryId)
  platform.gate.faults.push({ status: 200, body: { value: [], '@odata.count': 2_500 } })
  for (let attempt = 0; attempt < 4; attempt += 1) {
    platform.gate.faults.push(expired)
    await advance()(hopeless, never)
  }
  const failed = await platform.call('GET', `${tenant.api}/sync-runs/${hopeless.runId}`)
  expect(failed.body).toMatchObject({ status: 'failed', error: { code: 'listing-expired' } })
})

test('SY-07 T-113 a long Retry-After in either form postpones the run; a short one is waited for', async () => {
  const tenant = platform.connectedTenant()
  const { job } = await createRun(tenant, platform.emulator.directory('m365x214355.onmicrosoft.com').id)
  platform.gate.faults.push({ status: 200, body: { value: [] } }, { status: 429, headers: { 'retry-after': '30' } })
  expect(await advance()(job, never)).toMatchObject({ next: { job }, delaySeconds: 30 })
  expect(await advance()(job, never)).toMatchObject({ next: undefined }) // not due yet
  await platform.stores.pool.query(
    "update roster.sync_run set not_before = now() - interval '1 second' where id = $1",
    [job.runId],
  )
  const date = new Date(Date.now() + 60_000).toUTCString()
  platform.gate.faults.push({ status: 200, body: { value: [] } }, { status: 503, headers: { 'retry-after': date } })
  expect((await advance()(job, never)).delaySeconds).toBeGreaterThan(55)
  await platform.stores.pool.query(
    "update roster.sync_run set not_before = now() - interval '1 second' where id = $1",
    [job.runId],
  )
  platform.gate.faults.push({ status: 200, body: { value: [] } }, { status: 429, headers: { 'retry-after': '1' } })
  await advance()(job, never)
  expect((await platform.call('GET', `${tenant.api}/sync-runs/${job.runId}`)).body.status).toBe('succeeded')
})

test.each([
  ['299.9', 300],
  ['86400', 3_600],
  ['1.5', 2],
  ['-5', 10],
  ['soon', 10],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 10],
])(
  'FC-22 T-125 the Retry-After %j of Graph and of Entra ID puts the run back for %i seconds',
  async (retryAfter, seconds) => {
    const directoryId = addLargeDirectory(platform, 2)
    const tenant = platform.connectedTenant(directoryId)
    const [{ job }, effect] = [
      await createRun(tenant, directoryId),
      { kind: 'refuse', status: 429, retryAfter } as const,
    ]
    platform.emulator.faults.plan({ path: `^/${directoryId}/oauth2/v2\\.0/token$`, effect })
    const atEntra = await advance()(job, never)
    await platform.stores.pool.query(
      "update roster.sync_run set not_before = now() - interval '1 second' where id = $1",
      [job.runId],
    )
    platform.emulator.faults.clear()
    platform.emulator.faults.plan({ path: '^/v1\\.0/', effect })
    const atGraph = await advance()(job, never)
    platform.emulator.faults.clear()
    expect([atEntra.delaySeconds, atGraph.delaySeconds]).toEqual([seconds, Math.max(seconds, 4)])
  },
)

test('FC-22 T-125 a shortened wait is logged', async () => {
  const directoryId = addLargeDirectory(platform, 2)
  const tenant = platform.connectedTenant(directoryId)
  platform.emulator.faults.plan({
    path: '^/v1\\.0/users$',
    count: 1,
    effect: { kind: 'refuse', status: 429, retryAfter: 86_400 },
  })
  const answer = await platform.call('GET', `${tenant.api}/microsoft-accounts/${tenant.accountId}/microsoft-users`)
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '3600'])
  const told = platform.shortenedWaits.filter(({ accountId }) => accountId === tenant.accountId)
  expect(told).toEqual([{ accountId: tenant.accountId, asked: 86_400, obeyed: 3_600 }])
})

test('T-115 S49 an unreachable registry postpones the run; an unknown account loses its SSO', async () => {
  const tenant = platform.connectedTenant()
  const directoryId = platform.emulator.directory('m365x214355.onmicrosoft.com').id
  const request = { all: true, sync: true, sso: true } as const
  const make = () =>
    platform.ports.runs.create(
      { ...tenant, directoryId, requestedBy: 'test', request },
      platform.entryOf(tenant.tenantId),
    )
  const people = async () => (await platform.roster(tenant.tenantId)).filter(({ sso }) => sso).length
  await advance()((await make()).job, never)
  expect(await people()).toBe(32)

  const { job } = await make()
  const status = async () => (await platform.call('GET', `${tenant.api}/sync-runs/${job.runId}`)).body.status
  platform.registry.down = true
  const outcome = await advance()(job, never)
  platform.registry.down = false
  expect(outcome.next).toMatchObject({ job })
  expect(outcome.delaySeconds).toBeGreaterThan(0)
  expect([await status(), await people()]).toEqual(['running', 32])
  await platform.stores.pool.query(
    "update roster.sync_run set not_before = now() - interval '1 second' where id = $1",
    [job.runId],
  )
  await advance()(job, never)
  expect([await status(), await people()]).toEqual(['succeeded', 32])

  const last = await make()
  platform.registry.connections.delete(tenant.accountId)
  await advance()(last.job, never)
  expect(await people()).toBe(0)
})

test('SY-09 T-113 a refused token is renewed once, then the run fails in plain words; missing consent too', async () => {
  const tenant = platform.connectedTenant()
  const directoryId = platform.emulator.directory('m365x214355.onmicrosoft.com').id
  const refused = { status: 401, body: { error: { code: 'InvalidAuthenticationToken', message: 'expired' } } }
  const first = await createRun(tenant, directoryId)
  platform.gate.requests.length = 0
  platform.gate.faults.push(refused)
  await advance()(first.job, never)
  expect((await platform.call('GET', `${tenant.api}/sync-runs/${first.job.runId}`)).body.status).toBe('succeeded')
  const [held, renewed, next] = platform.gate.requests.map(({ authorization }) => authorization)
  expect(renewed).not.toBe(held)
  expect(next).toBe(renewed)

  const second = await createRun(tenant, directoryId)
  platform.gate.faults.push({ status: 200, body: { value: [] } }, refused, refused)
  await advance()(second.job, never)
  const { body } = await platform.call('GET', `${tenant.api}/sync-runs/${second.job.runId}`)
  expect(body).toMatchObject({ status: 'failed', error: { code: 'microsoft-refused' } })

  const third = await createRun(tenant, directoryId)
  const denied = { status: 403, body: { error: { code: 'Authorization_RequestDenied', message: 'no' } } }
  platform.gate.faults.push({ status: 200, body: { value: [] } }, denied, denied)
  await advance()(third.job, never)
  const failed = (await platform.call('GET', `${tenant.api}/sync-runs/${third.job.runId}`)).body
  expect(failed.error.message).toContain('User.Read.All')
})

test('T-100 a nextLink to another origin is not followed and the token does not go there', async () => {
  const directoryId = addLargeDirectory(platform, 1_200)
  const tenant = platform.connectedTenant(directoryId)
  const { job } = await createRun(tenant, directoryId)
  platform.gate.rewrite = (body) =>
    body.replace(/"@odata.nextLink":"http:\/\/[^/]+/, '"@odata.nextLink":"http://127.0.0.1:9')
  await advance()(job, never)
  platform.gate.rewrite = undefined
  const { body } = await platform.call('GET', `${tenant.api}/sync-runs/${job.runId}`)
  expect(body).toMatchObject({ status: 'failed', error: { code: 'microsoft-rejected' } })
})

test('T-101 SI-07 hostile and broken objects do not fail the import: they are stored as text, cut, or listed as skipped', async () => {
  const directoryId = addLargeDirectory(platform, 6)
  const tenant = platform.connectedTenant(directoryId)
  const { job } = await createRun(tenant, directoryId)
  const names = [
    '<img src=x onerror=alert(1)>',
    "=cmd|' /C calc'!A0",
    'a\u202Ecod.exe',
    'x'.repeat(10_240),
    'nul\0 and half \ud800 pair',
  ]
  platform.gate.rewrite = (text) => {
    const body = JSON.parse(text)
    if (body.value?.length !== 6) return text
    for (const [index, displayName] of names.entries()) body.value[index].displayName = displayName
    body.value[0].businessPhones = ['"quoted", {braced} \\ NULL']
    body.value[5].userPrincipalName = null
    body.value.push({ id: 'no guid' }, null)
    return JSON.stringify(body)
  }
  await advance()(job, never)
  platform.gate.rewrite = undefined
  const { body } = await platform.call('GET', `${tenant.api}/sync-runs/${job.runId}`)
  expect(body).toMatchObject({ status: 'succeeded', counts: { seen: 8, created: 5, skipped: 3 } })
  expect(body.skippedUsers).toMatchObject([{ reason: 'The user has no user principal name.' }])
  const stored = (await platform.roster(tenant.tenantId)).map((row) => row.display_name)
  expect(new Set(stored)).toEqual(new Set([...names.slice(0, 3), 'x'.repeat(256), 'nul and half \ufffd pair']))
  expect((await platform.roster(tenant.tenantId)).flatMap((row) => row.business_phones)).toContain(
    '"quoted", {braced} \\ NULL',
  )
})

describe.each(['postgres', 'redis'] as const)('with the queue on %s', (kind) => {
  test.skipIf(kind === 'redis' && !testRedisUrl())(
    'T-111 a run whose job was lost is found by the reconciler and completes',
    async () => {
      const redis = testRedisUrl()
      const other = await startPlatform(kind === 'redis' && redis ? { engine: { kind, url: redis } } : {})
      try {
        const tenant = other.connectedTenant()
        // Committed, never enqueued: as after a crash in between, or a Redis that was flushed.
        const directoryId = other.emulator.directory('m365x214355.onmicrosoft.com').id
        const run = { ...tenant, directoryId, requestedBy: 'test', request: EVERYBODY as never }
        const { job } = await other.ports.runs.create(run, other.entryOf(tenant.tenantId))
        await other.work()
        expect(await other.finishedRun(tenant.api, job.runId)).toMatchObject({
          status: 'succeeded',
          counts: { created: 32 },
        })
      } finally {
        await other.close()
      }
    },
  )
})

test('T-111 an import is accepted while the queue is down: the run is durable and waits', async () => {
  const stranded = await startPlatform({ engine: { kind: 'redis', url: 'redis://127.0.0.1:1' } })
  try {
    const tenant = stranded.connectedTenant()
    const asked = Date.now()
    const { status, body } = await stranded.call('POST', tenant.imports, EVERYBODY)
    expect(status).toBe(202)
    expect(Date.now() - asked).toBeLessThan(2_000)
    expect((await stranded.call('GET', `${tenant.api}/sync-runs/${body.runId}`)).body.status).toBe('queued')
  } finally {
    await stranded.close()
  }
})

test('S35 progress is sent as server-sent events until the end, and not repeated to a client that reconnects', async () => {
  const tenant = platform.connectedTenant()
  const { job } = await createRun(tenant, platform.emulator.directory('m365x214355.onmicrosoft.com').id)
  const url = `${tenant.api}/sync-runs/${job.runId}/events`
  const headers = { authorization: platform.authorization({ scope: 'platform', role: 'admin' }) }
  const answer = await platform.app.inject({ method: 'GET', url, headers, payloadAsStream: true })
  let text = ''
  const ended = once(answer.stream(), 'end')
  answer.stream().on('data', (part: Buffer) => {
    text += part
  })
  await expect.poll(() => text).toContain('"status":"queued"')
  await advance()(job, never)
  await ended
  const runs = [...text.matchAll(/^id: (\d+)\ndata: (.*)$/gm)].map(([, id, data]) => ({
    id,
    run: JSON.parse(data ?? ''),
  }))
  expect(runs[0]?.run.status).toBe('queued')
  expect(runs.at(-1)?.run).toMatchObject({ status: 'succeeded', counts: { seen: 32 } })
  expect(text.endsWith('event: end\ndata: {}\n\n')).toBe(true)
  const again = await platform.text('GET', url, { 'last-event-id': runs.at(-1)?.id ?? '' })
  expect(again).not.toContain('"status"')
  expect(again).toContain('event: end')
})
