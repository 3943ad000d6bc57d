import { randomUUID } from 'node:crypto'
import { createPool } from '@jackfield/postgres/pool'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { postgresSubscriptions } from '../src/adapters/notifications/postgres-subscriptions.ts'
import { buildApp } from '../src/app.ts'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

let platform: Platform
let tenant: ReturnType<Platform['connectedTenant']>
let directory: ReturnType<Platform['emulator']['directory']>
let person: string
beforeAll(async () => {
  platform = await startPlatform({ webhooks: true })
  await platform.work()
})
beforeEach(async () => {
  const directoryId = addLargeDirectory(platform, 5)
  tenant = platform.connectedTenant(directoryId)
  directory = platform.emulator.directory(directoryId)
  person = directory.users()[0]?.id ?? ''
  await platform.runImport(tenant, { all: true, sync: true, sso: true })
  await subscribed()
  await quiet()
})
afterAll(() => platform.close())

const query = async (text: string, values: unknown[] = [tenant.accountId]) =>
  (await platform.stores.pool.query(text, values)).rows
const row = async () => (await query('select * from roster.subscription where account_id = $1'))[0]
const atMicrosoft = () =>
  platform.emulator.subscriptions.all().filter(({ directoryId }) => directoryId === directory.id)
async function subscribed(): Promise<string> {
  await expect.poll(async () => (await row())?.subscription_id ?? null, { timeout: 15_000 }).not.toBeNull()
  return (await row()).subscription_id
}
const runs = async () => (await platform.call('GET', `${tenant.api}/sync-runs?limit=500`)).body.items
/** Until nothing is marked and no run is open. */
async function quiet(): Promise<void> {
  const busy = async () => {
    const marked = await query(
      'select 1 from roster.account_sync where account_id = $1 and (hinted_at is not null or next_full_at <= now())',
    )
    const open = (await runs()).filter(({ finishedAt }: { finishedAt: string | null }) => finishedAt === null)
    return marked.length + open.length
  }
  await expect.poll(busy, { timeout: 15_000 }).toBe(0)
}
const nameOf = async () =>
  (await platform.roster(tenant.tenantId)).find((user) => user.object_id === person)?.display_name
const url = (suffix = '') => `/webhooks/graph/${tenant.accountId}${suffix}`
const post = (body: unknown, suffix = '', headers: Record<string, string> = JSON_TYPE) =>
  platform.app.inject({
    method: 'POST',
    url: url(suffix),
    headers,
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  })
const genuine = () => {
  const [subscription] = atMicrosoft()
  return {
    subscriptionId: subscription?.id,
    tenantId: directory.id,
    clientState: subscription?.clientState,
    changeType: 'updated',
  }
}
const marked = async () => (await query('select hinted_at from roster.account_sync where account_id = $1'))[0].hinted_at
/** Sent or waiting to be sent. */
async function refusals(): Promise<number> {
  const waiting = await query(
    `select id from roster.pending_audit_event where event ->> 'action' = 'notification.refuse' and event ->> 'target' = $1`,
  )
  const sent = [...platform.registry.auditEvents].filter(
    ([, event]) => event.action === 'notification.refuse' && event.target === tenant.accountId,
  )
  return new Set([...waiting.map(({ id }) => id), ...sent.map(([id]) => id)]).size
}

test('S44 an imported account gets a subscription by itself, and a rename in the directory reaches the roster', async () => {
  const [subscription] = atMicrosoft()
  expect(atMicrosoft()).toHaveLength(1)
  expect(subscription).toMatchObject({
    resource: 'users',
    changeType: 'updated,deleted',
    lifecycleNotificationUrl: expect.stringMatching(/\/lifecycle$/),
  })
  const stored = JSON.stringify(
    await query('select to_jsonb(s) as all from roster.subscription s where account_id = $1'),
  )
  expect(stored).not.toContain(subscription?.clientState)
  directory.changeUser(person, { displayName: 'Renamed' })
  await expect.poll(nameOf, { timeout: 20_000 }).toBe('Renamed')
  expect((await runs())[0]).toMatchObject({ kind: 'delta', requestedBy: 'notification' })
})

test.each(['', '/lifecycle'])(
  'WH-01 WH-13 T-80 the handshake at %j echoes the decoded token as plain text, whatever else is sent, and does nothing',
  async (suffix) => {
    for (const [headers, body] of [
      [{ 'content-type': 'text/plain; charset=utf-8' }, ''],
      [JSON_TYPE, JSON.stringify({ value: [genuine()] })],
      [JSON_TYPE, '{broken'],
    ] as const) {
      const answer = await post(body, `${suffix}?validationToken=a%20b%2Bc%3Cscript%3E`, headers)
      expect([answer.statusCode, answer.body]).toEqual([200, 'a b+c<script>'])
      expect(answer.headers).toMatchObject({
        'content-type': 'text/plain; charset=utf-8',
        'x-content-type-options': 'nosniff',
      })
    }
    expect(await marked()).toBeNull()
  },
)

test('T-80 the handshake waits for no store: it is answered within 3 s although every table of it is locked', async () => {
  const client = await platform.stores.pool.connect()
  try {
    await client.query('begin')
    await client.query(
      'lock table roster.subscription, roster.account_sync, roster.pending_audit_event in access exclusive mode',
    )
    for (const suffix of ['', '/lifecycle']) {
      const asked = performance.now()
      const answer = await post('', `${suffix}?validationToken=now`, { 'content-type': 'text/plain' })
      expect([answer.statusCode, answer.body]).toEqual([200, 'now'])
      expect(performance.now() - asked).toBeLessThan(3_000)
    }
  } finally {
    await client.query('rollback')
    client.release()
  }
})

test('WH-02 QC-14 T-81 a genuine notification is durable when it is answered: the mark is in Postgres, and any worker finds it', async () => {
  await query(`update roster.account_sync set hinted_at = null where account_id = $1`)
  const client = await platform.stores.pool.connect()
  try {
    // The scheduler skips rows that are locked: the mark cannot be taken before it is looked at.
    await client.query('begin')
    expect((await post({ value: [genuine()] })).statusCode).toBe(202)
    await client.query('select 1 from roster.account_sync where account_id = $1 for update', [tenant.accountId])
    const open = (await runs()).filter(({ requestedBy }: { requestedBy: string }) => requestedBy === 'notification')
    expect((await marked()) !== null || open.length > 0).toBe(true)
  } finally {
    await client.query('rollback')
    client.release()
  }
})

test('WH-04 WH-05 T-82 a wrong or missing clientState, another subscription, another directory: answered alike, nothing is marked, one audit event', async () => {
  const before = (await runs()).length
  const true_ = genuine()
  const forged = [
    { ...true_, clientState: 'wrong' },
    { ...true_, clientState: undefined },
    { ...true_, clientState: 7 },
    { ...true_, subscriptionId: randomUUID() },
    { ...true_, subscriptionId: null },
    { ...true_, tenantId: randomUUID() },
    { ...true_, tenantId: randomUUID(), organizationId: directory.id },
    { ...true_, tenantId: undefined, organizationId: randomUUID() },
    {},
  ]
  for (const value of forged) {
    const answer = await post({ value: [value] })
    expect([answer.statusCode, answer.body]).toEqual([202, ''])
    expect((await post({ value: [{ ...value, lifecycleEvent: 'missed' }] }, '/lifecycle')).statusCode).toBe(202)
  }
  const elsewhere = await platform.app.inject({
    method: 'POST',
    url: `/webhooks/graph/${randomUUID()}`,
    headers: JSON_TYPE,
    payload: { value: [true_] },
  })
  expect(elsewhere.statusCode).toBe(202)
  expect(await marked()).toBeNull()
  await quiet()
  expect((await runs()).length).toBe(before)
  expect(await refusals()).toBe(1)
})

test('S44 WH-04 a notification forged on its way changes nothing; the next genuine one does', async () => {
  platform.emulator.notifications.faults.plan({ kind: 'wrong-client-state', count: 1 })
  directory.changeUser(person, { displayName: 'Forged' })
  await platform.emulator.notifications.settled()
  await quiet()
  expect(await nameOf()).not.toBe('Forged')
  directory.changeUser(person, { displayName: 'Genuine' })
  await expect.poll(nameOf, { timeout: 20_000 }).toBe('Genuine')
})

test('S44 WH-07 a burst of 10,000 notifications, several times and out of order, is one delta, or two when it outlasts the first', async () => {
  const before = (await runs()).length
  platform.emulator.notifications.faults.plan({ kind: 'duplicate', count: 20 })
  for (let count = 0; count < 40; count += 1) directory.changeUser(person, { displayName: `Name ${count}` })
  await Promise.all(Array.from({ length: 100 }, () => post({ value: Array(100).fill(genuine()) })))
  await expect.poll(nameOf, { timeout: 20_000 }).toBe('Name 39')
  await platform.emulator.notifications.settled()
  await quiet()
  expect((await runs()).length - before).toBeLessThanOrEqual(2)
})

test.each(['captured', 'documented'] as const)(
  'WH-09 T-83 reauthorizationRequired in the %s shape renews the subscription',
  async (shape) => {
    platform.emulator.notifications.settings.lifecycleShape = shape
    const [subscription] = atMicrosoft()
    await query(`update roster.subscription set expires_at = now() where account_id = $1`)
    platform.emulator.notifications.lifecycle('reauthorizationRequired', { directoryId: directory.id })
    await expect.poll(async () => (await row()).expires_at > Date.now() + 86_400_000, { timeout: 20_000 }).toBe(true)
    expect(atMicrosoft().map(({ id, reauthorizeBy }) => [id, reauthorizeBy])).toEqual([[subscription?.id, undefined]])
    expect(await refusals()).toBe(0)
    platform.emulator.notifications.settings.lifecycleShape = 'captured'
  },
)

test.each(['', '/lifecycle'])(
  'FC-56 T-141 an element at %j that is no notification is refused alone, the rest is done',
  async (suffix) => {
    const odd = [null, 7, 'text', [], [genuine()], { subscriptionId: {}, tenantId: [], clientState: null }]
    const value = [...odd, { ...genuine(), lifecycleEvent: 'missed' }, null]
    expect((await post({ value }, suffix)).statusCode).toBe(202)
    const done = suffix ? { kind: 'full' } : { kind: 'delta', requestedBy: 'notification' }
    await expect.poll(async () => (await runs())[0], { timeout: 20_000 }).toMatchObject(done)
    expect(await refusals()).toBe(1)
  },
)

test('WH-09 T-83 subscriptionRemoved makes a new one and a delta that brings what was missed', async () => {
  const [old] = atMicrosoft()
  platform.emulator.notifications.lifecycle('subscriptionRemoved', { directoryId: directory.id })
  directory.changeUser(person, { displayName: 'While nobody told' })
  await expect.poll(() => atMicrosoft().map(({ id }) => id === old?.id), { timeout: 20_000 }).toEqual([false])
  await expect.poll(nameOf, { timeout: 20_000 }).toBe('While nobody told')
})

test('WH-09 T-83 missed leads to a full comparison', async () => {
  platform.emulator.notifications.lifecycle('missed', { directoryId: directory.id })
  await expect.poll(async () => (await runs())[0].kind, { timeout: 20_000 }).toBe('full')
})

test('S44 a subscription that expired or was lost at Microsoft is made anew, and an event that Graph may invent is left alone', async () => {
  const [old] = atMicrosoft()
  platform.emulator.subscriptions.remove(old?.id ?? '')
  await query('update roster.subscription set renew_at = now() where account_id = $1')
  await expect.poll(() => atMicrosoft().map(({ id }) => id === old?.id), { timeout: 20_000 }).toEqual([false])
  await expect.poll(async () => (await row()).subscription_id === atMicrosoft()[0]?.id, { timeout: 20_000 }).toBe(true)
  expect((await post({ value: [{ ...genuine(), lifecycleEvent: 'sunday' }] }, '/lifecycle')).statusCode).toBe(202)
})

test('S44 SY-17 with notifications lost the scheduled delta brings the change; lost twice, the subscription is made anew', async () => {
  const [old] = atMicrosoft()
  for (const name of ['First', 'Second']) {
    platform.emulator.notifications.faults.plan({ kind: 'lose', count: 1 })
    directory.changeUser(person, { displayName: name })
    await query(`update roster.subscription set last_notified_at = null where account_id = $1`)
    await query(`update roster.account_sync set next_delta_at = now() where account_id = $1`)
    await expect.poll(nameOf, { timeout: 20_000 }).toBe(name)
    await quiet()
  }
  await expect.poll(() => atMicrosoft().map(({ id }) => id === old?.id), { timeout: 20_000 }).toEqual([false])
})

test('T-82 WH-11 what is too large, too deep, broken or of another type is refused with 413, 400, 415', async () => {
  const large = await post(`{"value":["${'x'.repeat(1_100_000)}"]}`)
  expect(large.statusCode).toBe(413)
  expect((await post('{"value":')).statusCode).toBe(400)
  expect((await post({ value: 'no list' })).statusCode).toBe(400)
  const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`
  expect((await post(deep)).statusCode).toBe(400)
  // One element of a batch, and no notification: refused alone.
  expect((await post(`{"value":${deep}}`)).statusCode).toBe(202)
  expect((await post('<a/>', '', { 'content-type': 'application/xml' })).statusCode).toBe(415)
  expect((await post('{}', '', { 'content-type': 'text/plain' })).statusCode).toBeGreaterThanOrEqual(400)
  expect(await marked()).toBeNull()
})

test('WH-03 T-81 with Postgres down the answer is 503 and never 202', async () => {
  const pool = createPool({
    connectionString: 'postgres://nobody@127.0.0.1:1/none',
    applicationName: 'test',
    onIdleError: () => {},
  })
  const ports = { ...platform.ports, subscriptions: postgresSubscriptions(pool) }
  const options = {
    logLevel: 'silent',
    healthChecks: {},
    internalTokenKeys: [platform.stores.key],
    isMigrated: () => true,
  } as const
  const app = buildApp(ports, options)
  for (const suffix of ['', '/lifecycle']) {
    const answer = await app.inject({
      method: 'POST',
      url: url(suffix),
      headers: JSON_TYPE,
      payload: { value: [genuine()] },
    })
    expect(answer.statusCode).toBe(503)
  }
  await app.close()
  await pool.end()
})

test('an account that Microsoft refuses a subscription keeps its scheduled delta, and is asked for later and later', async () => {
  platform.emulator.subscriptions.limits.perAppAndTenant = 0
  const other = platform.connectedTenant(addLargeDirectory(platform, 1))
  await platform.runImport(other, { all: true, sync: true, sso: true })
  const failures = async () =>
    (await query('select failures from roster.subscription where account_id = $1', [other.accountId]))[0]?.failures ?? 0
  await expect.poll(failures, { timeout: 20_000 }).toBeGreaterThanOrEqual(1)
  platform.emulator.subscriptions.limits.perAppAndTenant = 100
  const { body } = await platform.call('POST', `${other.api}/microsoft-accounts/${other.accountId}/resyncs`, {
    mode: 'delta',
  })
  expect(await platform.finishedRun(other.api, body.runId)).toMatchObject({ status: 'succeeded' })
})

test('an account whose connection could not be read is tried again within seconds, once it can be', async () => {
  const directoryId = addLargeDirectory(platform, 1)
  const other = platform.connectedTenant(directoryId)
  const connection = platform.registry.connections.get(other.accountId)
  if (!connection) throw new Error('not connected')
  platform.registry.connections.set(other.accountId, { ...connection, cloud: 'unheard-of' as 'global' })
  const followed = `insert into roster.account_sync (account_id, tenant_id, directory_id, next_delta_at, next_full_at)
    values ($1, $2, $3, now() + interval '1 day', now() + interval '1 day')`
  await query(followed, [other.accountId, other.tenantId, directoryId])
  const kept = async () =>
    (
      await query('select failures, subscription_id from roster.subscription where account_id = $1', [other.accountId])
    )[0]
  await expect.poll(async () => (await kept())?.failures ?? 0, { timeout: 20_000 }).toBeGreaterThanOrEqual(1)
  platform.registry.connections.set(other.accountId, connection)
  await expect.poll(async () => (await kept())?.subscription_id ?? null, { timeout: 20_000 }).not.toBeNull()
  expect(await kept()).toMatchObject({ failures: 0 })
})
