import { Registry } from 'prom-client'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { registerRosterMetrics } from '../src/metrics.ts'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

// FC-34: whoever left still signs in, and whoever came cannot, as long as an account is not in step: it says so by
// itself.

const EVERYBODY = { all: true, sync: true, sso: true } as const
const REFUSAL = {
  status: 404,
  body: { error: { code: 'Request_ResourceNotFound', message: 'Invalid filter\nclause eyJhbGciOi.J9.x at 3.' } },
}

let platform: Platform
const said: string[] = []
beforeAll(async () => {
  platform = await startPlatform({ said, watchEveryMs: 200 })
  await platform.work()
})
afterEach(() => {
  platform.gate.faults.length = 0
  platform.gate.until = undefined
  platform.registry.down = false
})
afterAll(() => platform.close())

const sql = (text: string, values: unknown[]) => platform.stores.pool.query(text, values)
const linesOf = (id: string, text: string) =>
  said.flatMap((line) =>
    line.includes(id) && line.includes(text) ? [JSON.parse(line) as Record<string, unknown>] : [],
  )

async function metrics() {
  const registry = new Registry()
  registerRosterMetrics(registry, platform.ports)
  const text = await registry.metrics()
  const read = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1])
  return { notInStep: read('jackfield_accounts_not_in_step'), stalled: read('jackfield_sync_runs_stalled') }
}

async function givenImported() {
  const tenant = platform.connectedTenant(addLargeDirectory(platform, 3))
  await platform.runImport(tenant, EVERYBODY)
  const account = `${tenant.api}/microsoft-accounts/${tenant.accountId}`
  async function begin(mode: 'delta' | 'full' = 'delta'): Promise<string> {
    return (await platform.call('POST', `${account}/resyncs`, { mode })).body.runId
  }
  const runOf = async (id: string) => (await platform.call('GET', `${tenant.api}/sync-runs/${id}`)).body
  const delta = async () => platform.finishedRun(tenant.api, await begin())
  const told = () => platform.registry.syncHealth.get(tenant.accountId) ?? []
  const { rows } = await sql('select synced_at from roster.account_sync where account_id = $1', [tenant.accountId])
  return { ...tenant, begin, runOf, delta, told, syncedAt: (rows[0].synced_at as Date).toISOString() }
}

test('FC-34 runs that fail in a row are told to the registry, the log and a metric, with what was asked, Microsoft’s words and a remedy', async () => {
  const { delta, told, accountId, syncedAt } = await givenImported()
  platform.gate.faults.push(REFUSAL)
  const { status, error } = await delta()
  expect(status).toBe('failed')
  const message =
    'Microsoft was asked for the changes of users, and refused (Request_ResourceNotFound): “Invalid filter clause … at 3”.'
  expect(error).toEqual({
    code: 'microsoft-rejected',
    message: expect.stringContaining(`${message} Test the connection of the account.`),
  })
  expect(told()).toEqual([])

  const before = await metrics()
  platform.gate.faults.push(REFUSAL)
  await delta()
  await vi.waitFor(() => expect(told()).toHaveLength(1), { timeout: 10_000 })
  expect(told()).toEqual([
    {
      code: 'microsoft-rejected',
      message,
      remedy: expect.stringMatching(/^Test the connection/),
      since: syncedAt,
      failures: 2,
    },
  ])
  expect(await metrics()).toMatchObject({ notInStep: before.notInStep + 1 })
  expect(linesOf(accountId, 'account is not in step')).toMatchObject([
    { level: 40, code: 'microsoft-rejected', message, failures: 2 },
  ])

  platform.gate.faults.push(REFUSAL)
  await delta()
  await vi.waitFor(() => expect(told()).toHaveLength(2), { timeout: 10_000 })
  expect(told().at(-1)).toMatchObject({ failures: 3, since: syncedAt })
  expect(linesOf(accountId, 'account is not in step')).toHaveLength(1)

  expect((await delta()).status).toBe('succeeded')
  await vi.waitFor(() => expect(told().at(-1)).toBeNull(), { timeout: 10_000 })
  expect(linesOf(accountId, 'in step with its directory again')).toHaveLength(1)
  await vi.waitFor(async () => expect(await metrics()).toMatchObject({ notInStep: before.notInStep }))
})

test('FC-34 what the registry cannot take now it is told once it is back, as it is then', async () => {
  const { delta, told, accountId, runOf, begin } = await givenImported()
  for (const _ of [1, 2]) {
    platform.gate.faults.push(REFUSAL)
    await delta()
  }
  await vi.waitFor(() => expect(told()).toHaveLength(1), { timeout: 10_000 })
  const runId = await begin()
  await vi.waitFor(async () => expect((await runOf(runId)).status).toBe('succeeded'), { timeout: 10_000 })
  await vi.waitFor(() => expect(told().at(-1)).toBeNull(), { timeout: 10_000 })

  platform.registry.down = true
  const tell = `update roster.account_sync set failures = 2, failing_since = now(), failure = '{"code":"x","message":"x."}', tell_at = now()
    where account_id = $1`
  await sql(tell, [accountId])
  await vi.waitFor(() => expect(linesOf(accountId, 'account is not in step')).toHaveLength(2), { timeout: 10_000 })
  expect(told()).toHaveLength(2)
  platform.registry.down = false
  await sql('update roster.account_sync set tell_at = now() where account_id = $1', [accountId])
  await vi.waitFor(() => expect(told().at(-1)).toMatchObject({ code: 'x' }), { timeout: 10_000 })
})

test('FC-34 an account of which no run succeeds for long is told of too, whatever waits for an admin', async () => {
  const [silent, asking] = [await givenImported(), await givenImported()]
  await sql(
    `insert into roster.sync_run (id, tenant_id, account_id, directory_id, kind, status, requested_by)
    select gen_random_uuid(), tenant_id, account_id, directory_id, 'delta', 'awaiting-approval', 'test' from roster.account_sync where account_id = $1`,
    [asking.accountId],
  )
  const ids = [silent.accountId, asking.accountId]
  await sql(`update roster.account_sync set synced_at = now() - interval '30 days' where account_id = any($1)`, [ids])
  await vi.waitFor(() => expect(silent.told()).toMatchObject([{ code: 'overdue', failures: 0 }]), { timeout: 10_000 })
  expect(Date.parse(silent.told()[0]?.since ?? '')).toBeLessThan(Date.now() - 29 * 86_400_000)
  await vi.waitFor(() => expect(asking.told()).toMatchObject([{ code: 'overdue' }]), { timeout: 10_000 })
  await silent.delta()
  await vi.waitFor(() => expect(silent.told().at(-1)).toBeNull(), { timeout: 10_000 })
})

/** An account that an admin switched off, and a run of it that failed for that. */
async function givenSwitchedOff(failedRuns: number) {
  const given = await givenImported()
  const { tenantId, accountId, runOf } = given
  const connection = platform.registry.connections.get(accountId)
  if (!connection) throw new Error('no connection')
  connection.enabled = false
  const { directoryId } = connection
  const run = { tenantId, accountId, directoryId, requestedBy: 'test', request: { mode: 'delta' as const } }
  for (let failed = 0; failed < failedRuns; failed += 1) {
    const { job } = await platform.ports.runs.create(run, platform.entryOf(tenantId))
    const hasFailed = async () =>
      expect(await runOf(job.runId)).toMatchObject({ error: { code: 'account-not-enabled' } })
    await vi.waitFor(hasFailed, { timeout: 10_000 })
  }
  return { ...given, connection }
}

test('FC-34 an account that an admin switched off is not reported, however many of its runs fail', async () => {
  const { accountId, told } = await givenSwitchedOff(3)
  await sql(`update roster.account_sync set synced_at = now() - interval '30 days' where account_id = $1`, [accountId])
  const { accountId: other, told: ofOther } = await givenImported()
  await sql(`update roster.account_sync set synced_at = now() - interval '30 days' where account_id = $1`, [other])
  await vi.waitFor(() => expect(ofOther()).toHaveLength(1), { timeout: 10_000 })
  expect(told()).toEqual([])
})

test('FC-34 an account that was switched on again is reported as overdue when its run hangs', async () => {
  const { tenantId, accountId, connection, told } = await givenSwitchedOff(1)
  connection.enabled = true
  await sql(
    `insert into roster.sync_run (id, tenant_id, account_id, directory_id, kind, status, requested_by, progressed_at, lease_expires_at)
    values (gen_random_uuid(), $1, $2, $3, 'delta', 'running', 'schedule', now() - interval '30 days', 'infinity')`,
    [tenantId, accountId, connection.directoryId],
  )
  const longAgo = `now() - interval '30 days'`
  await sql(`update roster.account_sync set synced_at = ${longAgo}, next_delta_at = ${longAgo} where account_id = $1`, [
    accountId,
  ])
  await vi.waitFor(() => expect(told()).toMatchObject([{ code: 'overdue' }]), { timeout: 5_000 })
})

test('FC-34 failed previews are not counted as failures of the account', async () => {
  const { api, accountId, told } = await givenImported()
  const resyncs = `${api}/microsoft-accounts/${accountId}/resyncs?preview=true`
  for (const _ of [1, 2]) {
    platform.gate.faults.push(REFUSAL)
    const { runId } = (await platform.call('POST', resyncs, { mode: 'delta' })).body
    expect((await platform.finishedRun(api, runId)).status).toBe('failed')
  }
  const { rows } = await sql('select failures, failure, tell_at from roster.account_sync where account_id = $1', [
    accountId,
  ])
  expect(rows).toEqual([{ failures: 0, failure: null, tell_at: null }])
  expect(told()).toEqual([])
})

/** Reports of both are due, that of the first one first. */
async function givenFailing(first: string, second: string) {
  const failure = JSON.stringify({ code: 'microsoft-rejected', message: 'Refused.' })
  await sql(
    `update roster.account_sync set failures = 2, failure = $2, failing_since = now(),
       tell_at = now() - case when account_id = $3 then interval '2 seconds' else interval '1 second' end where account_id = any($1)`,
    [[first, second], failure, first],
  )
}

test('T-141 a report that the registry refuses is logged, and holds up those of no other account', async () => {
  const [refused, other] = [await givenImported(), await givenImported()]
  platform.registry.refusesHealthOf.add(refused.accountId)
  await givenFailing(refused.accountId, other.accountId)
  await vi.waitFor(() => expect(other.told()).toHaveLength(1), { timeout: 10_000 })
  expect(refused.told()).toEqual([])
  expect(said.some((line) => line.includes('refuses the report') && line.includes(refused.accountId))).toBe(true)
})

test('T-130 a report that the registry takes slowly delays those of no other account', async () => {
  const [slow, other] = [await givenImported(), await givenImported()]
  // One after the other, the first would end by its time-out and be due again half a minute later.
  const otherIsTold = vi.waitFor(() => expect(other.told()).toHaveLength(1), { timeout: 20_000, interval: 10 })
  platform.registry.delaysHealthOf.set(slow.accountId, otherIsTold)
  await givenFailing(slow.accountId, other.accountId)
  await otherIsTold
  const isTold = async () => {
    const text = 'select is_told_failing from roster.account_sync where account_id = $1'
    return (await sql(text, [slow.accountId])).rows[0].is_told_failing
  }
  await expect.poll(isTold, { timeout: 10_000 }).toBe(true)
})
