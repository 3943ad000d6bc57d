import { createPool } from '@jackfield/postgres/pool'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DATABASE_ROLE, inScope, scopedPool } from '../src/adapters/tenant-scope.ts'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

let platform: Platform
let mine: ReturnType<Platform['connectedTenant']>
let theirs: ReturnType<Platform['connectedTenant']>
let tables: string[]
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
  ;[mine, theirs] = [0, 1].map(() => platform.connectedTenant(addLargeDirectory(platform, 3))) as [
    typeof mine,
    typeof mine,
  ]
  for (const tenant of [mine, theirs]) {
    await platform.runImport(tenant, { all: true, sync: true, sso: true })
    await platform.call('POST', `${tenant.api}/phone-systems`, { name: 'Head office' })
  }
  const { rows } = await platform.stores.pool.query(
    `select tablename from pg_tables where schemaname = 'roster' order by 1`,
  )
  tables = rows.map(({ tablename }) => tablename)
})
afterAll(() => platform.close())

const count = async (pool: { query(text: string): Promise<{ rows: Array<{ count: string }> }> }, table: string) =>
  Number((await pool.query(`select count(*) from roster.${table}`)).rows[0]?.count)
const confined = () => scopedPool(platform.stores.confined)

test('T-90 every table is behind row-level security, the owner included, so that a new one cannot be forgotten', async () => {
  const { rows } = await platform.stores.pool.query(
    `select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'roster' and c.relkind = 'r' and c.relrowsecurity and c.relforcerowsecurity
       and exists (select 1 from pg_policy p where p.polrelid = c.oid) order by 1`,
  )
  expect(rows.map(({ relname }) => relname)).toEqual(tables)
  expect(tables.length).toBeGreaterThan(10)
})

test('T-90 work outside of every scope sees, changes and adds nothing, on any table', async () => {
  for (const table of tables) {
    expect(await count(confined(), table), table).toBe(0)
    expect((await confined().query(`delete from roster.${table}`)).rowCount, table).toBe(0)
  }
  expect(await count(platform.stores.pool, 'phone_user')).toBe(6)
})

test('T-90 work for one tenant finds that tenant’s rows alone, and cannot write, take or give away another’s', async () => {
  await inScope(mine.tenantId, async () => {
    const { rows } = await confined().query('select tenant_id from roster.phone_user')
    expect(rows.map(({ tenant_id }) => tenant_id)).toEqual(Array(3).fill(mine.tenantId))
    const change = `update roster.phone_user set sso = false where tenant_id = '${theirs.tenantId}'`
    expect((await confined().query(change)).rowCount).toBe(0)
    const give = `update roster.phone_system set tenant_id = '${theirs.tenantId}'`
    await expect(confined().query(give)).rejects.toThrow('row-level security')
    const add = `insert into roster.phone_system (id, tenant_id, name) values (gen_random_uuid(), '${theirs.tenantId}', 'x')`
    await expect(confined().query(add)).rejects.toThrow('row-level security')
  })
  expect((await platform.roster(theirs.tenantId)).every(({ sso }) => sso)).toBe(true)
})

test('T-90 a scope does not outlive its work on a connection that serves others next', async () => {
  const single = createPool({
    connectionString: platform.stores.database.url,
    applicationName: 'test',
    role: DATABASE_ROLE,
    max: 1,
    onIdleError: () => {},
  })
  const pool = scopedPool(single)
  expect(await count(single, 'phone_user'), 'a connection without a scope').toBe(0)
  expect(await inScope('every-tenant', () => count(pool, 'phone_user'))).toBe(6)
  expect(await inScope(theirs.tenantId, () => count(pool, 'phone_user'))).toBe(3)
  expect(await count(pool, 'phone_user')).toBe(0)
  await single.end()
})

test('T-90 nor does one that was set through another pool over the same connections', async () => {
  const single = createPool({
    connectionString: platform.stores.database.url,
    applicationName: 'test',
    role: DATABASE_ROLE,
    max: 1,
    onIdleError: () => {},
  })
  const [one, other] = [scopedPool(single), scopedPool(single)]
  for (let turn = 0; turn < 2; turn++) {
    expect(await inScope(theirs.tenantId, () => count(one, 'phone_user'))).toBe(3)
    expect(await inScope('every-tenant', () => count(other, 'phone_user'))).toBe(6)
    expect(await count(one, 'phone_user')).toBe(0)
  }
  await single.end()
})

test('T-90 two tenants asked for at the same time are never mixed up', async () => {
  const asked = Array.from({ length: 60 }, (_, index) => (index % 2 ? mine : theirs))
  const answers = await Promise.all(asked.map(({ api }) => platform.call('GET', `${api}/phone-systems`)))
  expect(answers.map(({ body }) => body.items.map(({ tenantId }: { tenantId: string }) => tenantId))).toEqual(
    asked.map(({ tenantId }) => [tenantId]),
  )
})
