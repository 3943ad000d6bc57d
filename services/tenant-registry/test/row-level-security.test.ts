import { randomBytes } from 'node:crypto'
import { createPool } from '@jackfield/postgres/pool'
import { EVERY_TENANT, inScope } from '@jackfield/postgres/tenant-scope'
import { createTestDatabase } from '@jackfield/test-environment/database'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DATABASE_ROLE, migrateRegistry } from '../src/adapters/database.ts'
import { givenLogo } from './given-logo.ts'
import { aSecret, inDays, platform, type Registry, startRegistry } from './registry.ts'

/** The catalogue of apps is the platform's: no row of it belongs to a tenant. */
const WITHOUT_TENANT = ['app', 'app_secret']
const COPY_TO_PREVIOUS = `insert into registry.previous_credential
  select account_id, type, sealed, hint, created_at, expires_at from registry.microsoft_credential on conflict do nothing`
const NOTE_EXPIRY = `insert into registry.expiry_notice
  select a.tenant_id, c.id, 60 from registry.microsoft_credential c join registry.microsoft_account a on a.id = c.account_id on conflict do nothing`
let registry: Registry
let mine: string
let theirs: string
let tables: string[]
beforeAll(async () => {
  registry = await startRegistry()
  ;[mine, theirs] = [
    await registry.givenTenant({ customHosts: ['a.example.com'] }),
    await registry.givenTenant({ customHosts: ['b.example.com'] }),
  ]
  for (const tenant of [mine, theirs]) {
    await givenLogo(registry, tenant)
    const credential = { type: 'secret', secret: aSecret(), expiresAt: inDays(300) }
    const { id, directoryId } = await registry.givenAccount(tenant, { credential })
    await registry.call(platform, 'POST', `/api/v1/tenants/${tenant}/microsoft-accounts/${id}/consent-links`)
    await registry.call(platform, 'POST', `/api/v1/tenants/${tenant}/microsoft-accounts/${id}/hand-over-links`, {})
    await registry.pool.query(COPY_TO_PREVIOUS)
    await registry.pool.query(NOTE_EXPIRY)
    await registry.call(platform, 'POST', '/api/v1/api-keys', { name: 'key', scope: tenant, role: 'admin' })
    const person = { scope: tenant, role: 'admin', directoryId, objectId: tenant, displayName: 'Admin' }
    await registry.call(platform, 'POST', '/api/v1/administrators', person)
    await registry.call(platform, 'POST', '/api/v1/control-sign-in-links', { scope: tenant, role: 'admin' })
  }
  const { rows } = await registry.pool.query("select tablename from pg_tables where schemaname = 'registry' order by 1")
  tables = rows.map(({ tablename }) => tablename).filter((name) => !WITHOUT_TENANT.includes(name))
})
afterAll(() => registry.close())

const count = async (pool: pg.Pool, table: string) =>
  Number((await pool.query(`select count(*) from registry.${table}`)).rows[0].count)
const scoped = <Result>(scope: string, statement: string) =>
  inScope(
    drizzle(registry.confined),
    scope,
    async (tx) => (await tx.execute(sql.raw(statement))) as unknown as Result & pg.QueryResult,
  )

test('T-90 every table with tenants’ rows is behind row-level security, the owner included, so that a new one cannot be forgotten', async () => {
  const { rows } = await registry.pool.query(
    `select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'registry' and c.relkind = 'r' and c.relrowsecurity and c.relforcerowsecurity
       and exists (select 1 from pg_policy p where p.polrelid = c.oid) order by 1`,
  )
  expect(rows.map(({ relname }) => relname)).toEqual(tables)
})

test('T-90 a query that forgets its tenant sees nothing of any table, changes nothing and adds nothing', async () => {
  for (const table of tables) {
    expect(await count(registry.pool, table), table).toBeGreaterThan(0)
    expect(await count(registry.confined, table), table).toBe(0)
    if (table === 'audit_event') continue
    expect((await registry.confined.query(`delete from registry.${table}`)).rowCount, table).toBe(0)
  }
  const insert = `insert into registry.tenant_host values ('c.example.com', '${mine}')`
  await expect(registry.confined.query(insert)).rejects.toThrow('row-level security')
})

test('T-90 work for one tenant finds that tenant’s rows alone, whatever it asks for', async () => {
  for (const table of tables) {
    const total = await count(registry.pool, table)
    const [own, other] = [
      await scoped(mine, `select * from registry.${table}`),
      await scoped(theirs, `select * from registry.${table}`),
    ]
    expect(own.rows.length, table).toBeGreaterThan(0)
    expect(own.rows.length + other.rows.length, table).toBeLessThanOrEqual(total)
    expect(JSON.stringify(own.rows), table).not.toContain(theirs)
  }
  expect((await scoped(mine, `update registry.tenant set name = 'taken over' where id = '${theirs}'`)).rowCount).toBe(0)
  expect(
    (
      await scoped(
        mine,
        `delete from registry.microsoft_credential where account_id in (select id from registry.microsoft_account where tenant_id = '${theirs}')`,
      )
    ).rowCount,
  ).toBe(0)
})

test('T-90 work for one tenant cannot write a row of another, nor give its own away', async () => {
  const refused = /row-level security/
  await expect(
    scoped(mine, `insert into registry.tenant_host values ('c.example.com', '${theirs}')`),
  ).rejects.toMatchObject({
    cause: { message: expect.stringMatching(refused) },
  })
  await expect(scoped(mine, `update registry.microsoft_account set tenant_id = '${theirs}'`)).rejects.toMatchObject({
    cause: { message: expect.stringMatching(refused) },
  })
})

test('T-90 a scope ends with its transaction, on a connection that serves others next', async () => {
  const connection = createPool({
    connectionString: registry.url,
    applicationName: 'test',
    role: DATABASE_ROLE,
    max: 1,
    onIdleError: () => undefined,
  })
  const seen = await inScope(
    drizzle(connection),
    EVERY_TENANT,
    async (tx) => (await tx.execute(sql`select id from registry.tenant`)).rows.length,
  )
  expect(seen).toBeGreaterThanOrEqual(2)
  expect(await count(connection, 'tenant')).toBe(0)
  await connection.end()
})

test('T-92 the service can add audit events, and neither change nor delete them', async () => {
  for (const statement of [
    "update registry.audit_event set action = 'x'",
    'delete from registry.audit_event',
    'truncate registry.audit_event',
  ])
    await expect(scoped(EVERY_TENANT, statement)).rejects.toMatchObject({ cause: { code: '42501' } })
})

test('T-90 migrations run as an owner that is no superuser, and the service works under its role', async () => {
  const database = await createTestDatabase()
  const owner = `owner_${randomBytes(4).toString('hex')}`
  const admin = new pg.Client({ connectionString: database.url })
  await admin.connect()
  const url = new URL(database.url)
  await admin.query(`create role ${owner} login createrole password 'x'`)
  await admin.query(`grant ${DATABASE_ROLE} to ${owner} with admin option`)
  await admin.query(`grant all on database ${url.pathname.slice(1)} to ${owner}`)
  Object.assign(url, { username: owner, password: 'x' })
  await migrateRegistry(url.href)
  const pool = createPool({
    connectionString: url.href,
    applicationName: 'test',
    role: DATABASE_ROLE,
    onIdleError: () => undefined,
  })
  const asOwner = createPool({ connectionString: url.href, applicationName: 'test', onIdleError: () => undefined })
  const insert = sql.raw(`insert into registry.tenant (id, slug, name) values ('${mine}', 'a', 'A')`)
  await inScope(drizzle(pool), mine, (tx) => tx.execute(insert))
  expect([await count(pool, 'tenant'), await count(asOwner, 'tenant')]).toEqual([0, 0])
  await Promise.all([pool.end(), asOwner.end()])
  await admin.query(`drop owned by ${owner}`)
  await admin.query(`drop role ${owner}`)
  await admin.end()
  await database.drop()
})
