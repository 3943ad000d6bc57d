import { afterAll, beforeAll, expect, test } from 'vitest'
import { inScope, scopedPool } from '../src/adapters/tenant-scope.ts'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

const SERVICE = { scope: 'platform', role: 'service' } as const
let platform: Platform
/** Tables with rows of tenants; what happened is told to the registry yet, and the mark says that it is over. */
let tables: string[]
beforeAll(async () => {
  platform = await startPlatform({ webhooks: true })
  await platform.work()
  const { rows } = await platform.stores.pool.query<{ name: string }>(
    `select table_name as name from information_schema.columns where table_schema = 'roster' and column_name = 'tenant_id' order by 1`,
  )
  tables = rows.map(({ name }) => name).filter((name) => name !== 'pending_audit_event' && name !== 'removed_tenant')
})
afterAll(() => platform.close())

async function givenTenant() {
  const tenant = platform.connectedTenant(addLargeDirectory(platform, 3))
  await platform.runImport(tenant, { all: true, sync: true, sso: true })
  const [user] = (await platform.call('GET', `${tenant.api}/users`)).body.items
  const system = (await platform.call('POST', `${tenant.api}/phone-systems`, { name: 'Head office' })).body
  await platform.call('POST', `${tenant.api}/phone-systems/${system.id}/extensions`, { items: [{ number: '101' }] })
  await platform.call('POST', `${tenant.api}/webhook-endpoints`, { url: 'http://127.0.0.1:9/told' })
  await platform.call('PUT', `${tenant.api}/users/${user.id}/bindings/${system.id}`, { extension: '101' })
  const subscriptions = () =>
    platform.emulator.subscriptions.all().filter(({ notificationUrl }) => notificationUrl.includes(tenant.accountId))
  await expect.poll(() => subscriptions().length, { timeout: 20_000 }).toBe(1)
  const kept = 'select from roster.subscription where tenant_id = $1 and subscription_id is not null'
  await expect
    .poll(async () => (await platform.stores.pool.query(kept, [tenant.tenantId])).rowCount, { timeout: 20_000 })
    .toBe(1)
  return { ...tenant, system, subscriptions, internal: `/internal/tenants/${tenant.tenantId}` }
}

async function left(tenantId: string): Promise<string[]> {
  const counts = tables.map(async (table) => {
    const { rowCount } = await platform.stores.pool.query(`select from roster.${table} where tenant_id = $1`, [
      tenantId,
    ])
    return rowCount ? [table] : []
  })
  return (await Promise.all(counts)).flat()
}

const erase = (tenant: { internal: string }) => platform.call('POST', `${tenant.internal}/erase`, undefined, SERVICE)

test('AD-10 what is here of a tenant is shown, then erased from every table with its subscriptions; another tenant keeps all', async () => {
  const [tenant, neighbour] = [await givenTenant(), await givenTenant()]
  const before = await left(neighbour.tenantId)
  expect(before).toEqual(
    expect.arrayContaining(['phone_user', 'binding', 'extension', 'webhook_message', 'sync_run', 'account_sync']),
  )
  const sample = ['Person user00000', 'Person user00001', 'Person user00002'].map((displayName) => ({
    userId: expect.any(String),
    displayName,
  }))
  const counts = { users: 3, sso: 3, bound: 1, sample, phoneSystems: 1, webhookEndpoints: 1 }
  expect((await platform.call('GET', `${tenant.internal}/roster`, undefined, SERVICE)).body).toEqual(counts)
  expect((await platform.call('POST', `${tenant.internal}/erase`)).status).toBe(403)
  expect(await left(tenant.tenantId)).toEqual(before)

  expect(await erase(tenant)).toMatchObject({ status: 200, body: counts })
  expect(await left(tenant.tenantId)).toEqual([])
  expect(tenant.subscriptions()).toEqual([])
  expect(await left(neighbour.tenantId)).toEqual(before)
  expect(neighbour.subscriptions()).toHaveLength(1)

  // Asked again it is still over, and recorded once.
  expect((await erase(tenant)).body).toMatchObject({ users: 0, phoneSystems: 0 })
  const events = () => [...platform.registry.auditEvents.values()].filter(({ action }) => action === 'roster.erase')
  await expect.poll(() => events().length, { timeout: 10_000 }).toBe(1)
})

test('AD-10 a worker that was late with its page writes nothing into an erased tenant', async () => {
  const tenant = platform.connectedTenant(addLargeDirectory(platform, 3))
  const { tenantId, accountId } = tenant
  const directoryId = platform.registry.connections.get(accountId)?.directoryId ?? ''
  const run = { tenantId, accountId, directoryId, requestedBy: 'test', request: { mode: 'full' } as const }
  const { job } = await platform.ports.runs.create(run, platform.entryOf(tenantId))
  // This test's worker, or the one in the background: whoever holds it is too late.
  const lease = await platform.ports.leases.take(job)
  await erase({ internal: `/internal/tenants/${tenantId}` })
  if (lease) expect(await platform.ports.leases.release(lease, 0)).toBe(undefined)
  if (lease) expect(await platform.ports.endings.finish(lease)).toBe(false)
  await expect(platform.ports.runs.create(run, platform.entryOf(tenantId))).rejects.toMatchObject({ code: '40001' })
  expect(await left(tenantId)).toEqual([])
})

test('AD-10 a write that was under way when the tenant was erased is undone, on every table', async () => {
  const { rows } = await platform.stores.pool.query<{ name: string }>(
    `select event_object_table as name from information_schema.triggers
     where trigger_schema = 'roster' and trigger_name = 'refuse_removed_tenant' order by 1`,
  )
  expect(rows.map(({ name }) => name)).toEqual(tables)

  const tenantId = platform.registry.addTenant()
  const insert = `insert into roster.phone_system (id, tenant_id, name) values (gen_random_uuid(), $1, 'Late')`
  const confined = scopedPool(platform.stores.confined)
  await inScope(tenantId, async () => {
    const writer = await confined.connect()
    await writer.query('begin')
    await writer.query(insert, [tenantId])
    const erasing = erase({ internal: `/internal/tenants/${tenantId}` })
    const waiting = `select from pg_locks where locktype = 'advisory' and not granted`
    await expect.poll(async () => (await platform.stores.pool.query(waiting)).rowCount, { timeout: 10_000 }).toBe(1)
    await writer.query('commit')
    writer.release()
    expect((await erasing).status).toBe(200)
    await expect(confined.query(insert, [tenantId])).rejects.toMatchObject({ code: '40001' })
  })
  expect(await left(tenantId)).toEqual([])
})

test('AD-10 a statement that adds to several tenants is refused whole when one of them was erased', async () => {
  const [erased, kept] = [platform.registry.addTenant(), platform.registry.addTenant()]
  await erase({ internal: `/internal/tenants/${erased}` })
  const insert = `insert into roster.phone_system (id, tenant_id, name) select gen_random_uuid(), tenant, 'Late' from unnest($1::uuid[]) tenant`
  for (const tenants of [
    [kept, erased],
    [erased, kept, kept],
  ]) {
    await expect(platform.stores.pool.query(insert, [tenants])).rejects.toMatchObject({ code: '40001' })
  }
  expect((await platform.stores.pool.query(insert, [[kept, kept]])).rowCount).toBe(2)
  expect(
    (await platform.stores.pool.query('select from roster.phone_system where tenant_id = $1', [kept])).rowCount,
  ).toBe(2)
})

test('AD-10 T-22 admins with a session of an erased tenant, and the platform’s, find nothing there', async () => {
  const tenantId = platform.registry.addTenant()
  const own = { scope: tenantId, role: 'admin' } as const
  const url = `/api/v1/tenants/${tenantId}/phone-systems`
  expect((await platform.call('GET', url, undefined, own)).status).toBe(200)
  await erase({ internal: `/internal/tenants/${tenantId}` })
  for (const caller of [own, undefined]) {
    expect(await platform.call('GET', url, undefined, caller)).toMatchObject({
      status: 404,
      body: { code: 'tenant-not-found' },
    })
    expect((await platform.call('POST', url, { name: 'Late' }, caller)).status).toBe(404)
  }
})

test('AD-10 an account that cannot be reached any more leaves its subscription to expire; the rows are erased all the same', async () => {
  const tenant = await givenTenant()
  platform.registry.connections.delete(tenant.accountId)
  expect((await erase(tenant)).status).toBe(200)
  expect(await left(tenant.tenantId)).toEqual([])
  expect(tenant.subscriptions()).toHaveLength(1)
})
