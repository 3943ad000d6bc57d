import { Registry } from 'prom-client'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { registerRosterMetrics } from '../src/metrics.ts'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

// FC-34, FC-62: a run that stands says since when, and what it waits for.

const EVERYBODY = { all: true, sync: true, sso: true } as const

let platform: Platform
const said: string[] = []
beforeAll(async () => {
  platform = await startPlatform({ said, watchEveryMs: 200 })
})
afterEach(() => {
  platform.gate.faults.length = 0
  platform.gate.until = undefined
})
afterAll(() => platform.close())

const sql = (text: string, values: unknown[]) => platform.stores.pool.query(text, values)
const stalls = (runId: string) =>
  said.filter((line) => line.includes(runId) && line.includes('makes no progress')).map((line) => JSON.parse(line))
const within = { timeout: 10_000 }

async function givenRun() {
  const tenant = platform.connectedTenant(addLargeDirectory(platform, 3))
  const begin = async (): Promise<string> => (await platform.call('POST', tenant.imports, EVERYBODY)).body.runId
  const runId = await begin()
  const read = async (id = runId) => (await platform.call('GET', `${tenant.api}/sync-runs/${id}`)).body
  return { ...tenant, runId, begin, read }
}
async function stalledByMetrics(): Promise<number> {
  const registry = new Registry()
  registerRosterMetrics(registry, platform.ports)
  return Number(/^jackfield_sync_runs_stalled (\d+)$/m.exec(await registry.metrics())?.[1])
}
const longAgo = (runId: string) =>
  sql(`update roster.sync_run set progressed_at = now() - interval '3 minutes' where id = $1`, [runId])

test('FC-34 a run that no worker takes says that it waits for one', async () => {
  const { runId, read, api } = await givenRun()
  expect(await read()).toMatchObject({ status: 'queued', lastProgressAt: null, waiting: null })
  await sql(`update roster.sync_run set enqueued_at = now() - interval '1 minute' where id = $1`, [runId])
  expect(await read()).toMatchObject({
    status: 'queued',
    lastProgressAt: null,
    waiting: { until: null, reason: 'worker' },
  })
  await platform.work()
  expect(await platform.finishedRun(api, runId)).toMatchObject({
    status: 'succeeded',
    waiting: null,
    lastProgressAt: expect.any(String),
  })
})

test('FC-34 a run that Microsoft holds up says until when, is a warning once and a metric, and takes its next step as if nothing was', async () => {
  const busy = { status: 429, headers: { 'retry-after': '6' } }
  platform.gate.faults.push(busy, busy) // of the number of users, which is not needed, and of the list
  const { runId, api, read } = await givenRun()
  await vi.waitFor(async () => expect((await read()).waiting?.reason).toBe('microsoft-throttled'), within)
  const { waiting, lastProgressAt } = await read()
  expect(Date.parse(waiting.until)).toBeGreaterThan(Date.parse(lastProgressAt) + 5_000)
  expect(lastProgressAt).toEqual(expect.any(String))
  expect(stalls(runId)).toEqual([])
  const before = await stalledByMetrics()

  await longAgo(runId)
  await vi.waitFor(() => expect(stalls(runId)).toHaveLength(1), within)
  const { lastProgressAt: since } = await read()
  expect(stalls(runId)).toMatchObject([{ level: 40, runId, kind: 'import', since, waitingFor: 'microsoft-throttled' }])
  expect(await stalledByMetrics()).toBe(before + 1)

  expect(await platform.finishedRun(api, runId)).toMatchObject({ status: 'succeeded', waiting: null })
  expect(stalls(runId)).toHaveLength(1)
  expect(await stalledByMetrics()).toBe(before)
})

test('FC-34 a run that is worked on without a step waits for nothing, and the one behind it for that one', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  platform.gate.until = promise
  const { runId, begin, read, api } = await givenRun()
  await vi.waitFor(async () => expect((await read()).status).toBe('running'), within)
  const next = await begin()
  expect(await read()).toMatchObject({ waiting: null, lastProgressAt: expect.any(String) })
  expect(await read(next)).toMatchObject({ status: 'queued', waiting: { until: null, reason: 'another-run' } })
  await longAgo(runId)
  await sql(`update roster.sync_run set created_at = now() - interval '1 hour' where id = $1`, [next])
  await vi.waitFor(() => expect(stalls(runId)).toHaveLength(1), within)
  expect(stalls(next)).toEqual([])
  resolve()
  for (const id of [runId, next]) expect((await platform.finishedRun(api, id)).status).toBe('succeeded')
})

test('FC-62 the run behind a long one makes no progress only from the end of that one on', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  platform.gate.until = promise
  const { runId, begin, read, api } = await givenRun()
  await vi.waitFor(async () => expect((await read()).status).toBe('running'), within)
  const next = await begin()
  await sql(
    `update roster.sync_run set created_at = now() - interval '1 hour', not_before = now() + interval '1 hour' where id = $1`,
    [next],
  )
  resolve()
  expect((await platform.finishedRun(api, runId)).status).toBe('succeeded')
  expect((await platform.ports.syncHealth.noteStalled()).map(({ id }) => id)).not.toContain(next)
  expect(stalls(next)).toEqual([])

  await sql(`update roster.sync_run set finished_at = now() - interval '3 minutes' where id = $1`, [runId])
  await vi.waitFor(() => expect(stalls(next)).toHaveLength(1), within)
  expect(stalls(next)).toMatchObject([{ since: (await read()).finishedAt }])
  await sql(`update roster.sync_run set not_before = now() where id = $1`, [next])
  expect((await platform.finishedRun(api, next)).status).toBe('succeeded')
  expect(stalls(next)).toHaveLength(1)
})

test('FC-62 a run whose statements fail does not stand without a word', async () => {
  platform.gate.until = sql(
    `create or replace function public.refuse() returns trigger language plpgsql as $$ begin raise 'canceling statement'; end $$;
    create trigger refuse before insert on roster.phone_user for each row execute function public.refuse()`,
    [],
  ).then(() => undefined)
  const { runId, read, api } = await givenRun()
  try {
    await vi.waitFor(
      async () => expect((await read()).waiting).toEqual({ until: expect.any(String), reason: 'internal-error' }),
      within,
    )
    await longAgo(runId)
    await vi.waitFor(() => expect(stalls(runId)).toMatchObject([{ waitingFor: 'internal-error' }]), within)
  } finally {
    await sql('drop trigger refuse on roster.phone_user', [])
  }
  await sql(`update roster.sync_run set not_before = now(), enqueued_at = null where id = $1`, [runId])
  expect((await platform.finishedRun(api, runId)).status).toBe('succeeded')
})
