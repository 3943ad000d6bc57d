import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertAuditEvent } from '../src/adapters/outbox/pending-audit-events.ts'
import { sendAuditEvents } from '../src/jobs/send-audit-events.ts'
import { type Platform, startPlatform } from './support/platform.ts'

let platform: Platform
let tenant: ReturnType<Platform['connectedTenant']>
let users: Array<{ id: string; objectId: string }>
let system: { id: string }
beforeAll(async () => {
  platform = await startPlatform()
  tenant = platform.connectedTenant()
  const worker = await platform.work()
  await platform.runImport(tenant, { all: true, sync: true, sso: true })
  await worker.close() // from here on the test decides when events are sent
  users = (await platform.call('GET', `${tenant.api}/users?limit=3`)).body.items
  system = (await platform.call('POST', `${tenant.api}/phone-systems`, { name: 'Head office' })).body
  const items = [{ number: '101' }, { number: '102' }]
  await platform.call('POST', `${tenant.api}/phone-systems/${system.id}/extensions`, { items })
})
afterAll(() => platform.close())

const aside: Error[] = []
const send = () => sendAuditEvents(platform.ports, (error) => aside.push(error as Error))()
const eventsOf = (action: string, target?: string) =>
  [...platform.registry.auditEvents.values()].filter(
    (event) => event.action === action && (!target || event.target === target),
  )
const bind = (userId: string | undefined, extension: string) =>
  platform.call('PUT', `${tenant.api}/users/${userId}/bindings/${system.id}`, { extension })
const due = () =>
  platform.stores.pool.query(
    `update roster.pending_audit_event set not_before = now() - interval '1 second' where not_before <> 'infinity'`,
  )

test('S43 binding and unbinding are audited: who, whom, which extension; what changes nothing or is refused is not', async () => {
  const [user, other] = users
  await bind(user?.id, '101')
  await bind(user?.id, '101')
  expect((await bind(other?.id, '101')).status).toBe(409)
  await platform.call('DELETE', `${tenant.api}/users/${user?.id}/bindings/${system.id}`)
  await platform.call('DELETE', `${tenant.api}/users/${user?.id}/bindings/${system.id}`)
  await send()
  const details = { phoneSystemId: system.id, extension: '101' }
  const expected = {
    tenantId: tenant.tenantId,
    actor: 'test',
    outcome: 'success',
    target: user?.id,
    details,
    requestId: expect.any(String),
  }
  expect(eventsOf('binding.put')).toMatchObject([expected])
  expect(eventsOf('binding.delete')).toMatchObject([expected])
})

test('S43 changed ticks and imports are audited', async () => {
  const [, , user] = users
  await platform.call('PATCH', `${tenant.api}/users/${user?.id}`, { sso: false })
  await platform.call('PATCH', `${tenant.api}/users/${user?.id}`, { sso: false })
  await send()
  expect(eventsOf('user.change-ticks')).toMatchObject([{ target: user?.id, details: { sync: 'true', sso: 'false' } }])
  expect(eventsOf('users.import')).toMatchObject([
    { target: tenant.accountId, details: { users: 'all', runId: expect.any(String) } },
  ])
})

test('T-92 with the registry down the events wait, in order, and arrive when it is back; sent twice they are the same event', async () => {
  const [user] = users
  platform.registry.down = true
  await bind(user?.id, '102')
  expect(await send()).toBe(0)
  expect(await send()).toBe(0) // not due yet
  platform.registry.down = false
  const before = platform.registry.auditEvents.size
  const { rows } = await platform.stores.pool.query('select event from roster.pending_audit_event')
  // The registry answered 503 without reading: it may close that connection under the first attempt.
  const sendDue = async () => {
    await due()
    return send()
  }
  await expect.poll(sendDue, { timeout: 10_000 }).toBe(1)
  expect(platform.registry.auditEvents.size).toBe(before + 1)
  // As after a crash between sending and deleting.
  const again = 'insert into roster.pending_audit_event (id, tenant_id, event) values ($1, $2, $3)'
  await platform.stores.pool.query(again, [rows[0].event.id, tenant.tenantId, rows[0].event])
  await due() // times are kept in milliseconds, rounded: a row may be due half of one later
  expect(await send()).toBe(1)
  expect(platform.registry.auditEvents.size).toBe(before + 1)
})

test('FC-45 an audit event that the registry refuses is put aside alone, counted and told once; those of all tenants behind it arrive', async () => {
  const other = platform.connectedTenant()
  // As it was written before its length was checked: a webhook's host of 574 characters.
  const poison = {
    id: randomUUID(),
    tenantId: tenant.tenantId,
    actor: 'test',
    action: 'webhook-endpoint.create',
    outcome: 'success',
  }
  const written = { ...poison, details: { host: `${'a'.repeat(570)}.com` } }
  const insert = `insert into roster.pending_audit_event (id, tenant_id, event, not_before) values ($1, $2, $3, now() - interval '1 second')`
  await platform.stores.pool.query(insert, ['00000000-0000-7000-8000-000000000000', tenant.tenantId, written])
  await platform.call('POST', `${other.api}/phone-systems`, { name: 'Other' })
  await due()
  expect(await send()).toBe(1)
  expect(eventsOf('phone-system.create').filter(({ tenantId }) => tenantId === other.tenantId)).toHaveLength(1)
  expect(aside.map(({ message }) => message)).toEqual([expect.stringMatching(/0000-7000-8000.*refuses it.*400/)])
  expect(await send()).toBe(0)
  expect(aside).toHaveLength(1)
  const metrics = await platform.text('GET', '/metrics')
  expect(metrics).toMatch(/jackfield_audit_events_set_aside\{[^}]*\} 1\n/)
})

test('FC-45 one that makes the registry fail waits by itself', async () => {
  const [user] = users
  await platform.stores.pool.query('delete from roster.pending_audit_event')
  await platform.call('POST', `${tenant.api}/phone-systems`, { name: 'Fails' })
  await platform.call('PATCH', `${tenant.api}/users/${user?.id}`, { sso: false })
  platform.registry.failsFor = ({ details }) => details?.name === 'Fails'
  await due()
  expect(await send()).toBe(1)
  platform.registry.failsFor = () => false
  await due()
  expect(await send()).toBe(1)
  expect(eventsOf('phone-system.create').some(({ details }) => details?.name === 'Fails')).toBe(true)
})

test('FC-45 a webhook whose host is longer than a name may be is refused, and no long text of a deed makes an event nobody takes', async () => {
  const refused = await platform.call('POST', `${tenant.api}/webhook-endpoints`, {
    url: `https://${'a'.repeat(60)}.${'b.'.repeat(255)}example/hook`,
  })
  expect([refused.status, refused.body.code]).toEqual([400, 'invalid-request'])
  const entry = {
    ...platform.entryOf(tenant.tenantId)(),
    details: { long: `${'x'.repeat(499)}\u{1F600}${'y'.repeat(500)}` },
  }
  await insertAuditEvent(platform.stores.pool, entry)
  await due()
  expect(await send()).toBe(1)
  expect(eventsOf('users.import').at(-1)?.details?.long).toBe(`${'x'.repeat(499)}\uFFFD`)
})
