import { createHash } from 'node:crypto'
import type { M365Emulator } from '@jackfield/m365-emulator/emulator'
import { drizzle } from 'drizzle-orm/node-postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { settingsKeyEncryption } from '../src/adapters/keys/settings-key-encryption.ts'
import { tenantKeyVault } from '../src/adapters/keys/tenant-key-vault.ts'
import { givenDirectory, startMicrosoft } from './emulated-directory.ts'
import { aSecret, guid, inDays, platform, type Registry, service, startRegistry } from './registry.ts'

const OLD_KEY = createHash('sha256').update('old').digest()
const NEW_KEY = createHash('sha256').update('new').digest()
let m365: M365Emulator
let registry: Registry
beforeAll(async () => {
  m365 = await startMicrosoft()
  const settings = {
    MICROSOFT_LOGIN_URL: m365.origin,
    MICROSOFT_GRAPH_URL: m365.origin,
    KEY_ENCRYPTION_KEYS: [OLD_KEY],
  }
  registry = await startRegistry(settings)
})
afterAll(async () => {
  await registry.close()
  await m365.close()
})

const credentialOf = (secret: string) => ({ type: 'secret', secret, expiresAt: inDays(90) })
const connection = (tenantId: string, id: string) =>
  registry.call(service, 'GET', `/internal/tenants/${tenantId}/microsoft-accounts/${id}/connection`)

async function dumpDatabase(): Promise<string> {
  const { rows } = await registry.pool.query(
    "select table_schema, table_name from information_schema.tables where table_schema in ('registry', 'migrations')",
  )
  const texts: string[] = []
  for (const { table_schema, table_name } of rows) {
    const dump = await registry.pool.query(`select t::text as line from ${table_schema}.${table_name} t`)
    texts.push(...dump.rows.map((row) => row.line))
  }
  return texts.join('\n')
}

test('S26 T-93 SE-01 SE-02 AD-06 a secret is in no table, log line, header or answer, also when calls fail', async () => {
  const { ids, secret, credential } = givenDirectory(m365)
  const wrong = aSecret()
  const tooLong = `${aSecret()}${'x'.repeat(600)}`
  const tenantId = await registry.givenTenant()
  const path = `/api/v1/tenants/${tenantId}/microsoft-accounts`
  const { id } = await registry.givenAccount(tenantId, { ...ids, credential })
  await registry.call(platform, 'POST', `${path}/${id}/verify`)
  await registry.call(platform, 'PUT', `${path}/${id}/credential`, credentialOf(wrong))
  await registry.call(platform, 'POST', `${path}/${id}/verify`)
  await registry.call(platform, 'PUT', `${path}/${id}/credential`, credentialOf(tooLong))
  await registry.call(platform, 'PUT', `${path}/${id}/credential`, { ...credentialOf(wrong), expiresAt: wrong })
  await registry.call(platform, 'PUT', `${path}/${guid()}/credential`, credentialOf(wrong))
  await registry.call(platform, 'GET', path)
  await registry.call(platform, 'GET', '/api/v1/audit-events?limit=500')
  expect((await connection(tenantId, id)).body.credential.secret).toBe(wrong)

  const everything = [await dumpDatabase(), ...registry.said].join('\n')
  expect(everything).toContain(tenantId)
  for (const planted of [secret, wrong, tooLong.slice(0, 40)]) {
    for (const form of [planted, Buffer.from(planted).toString('hex'), Buffer.from(planted).toString('base64')]) {
      expect(everything.includes(form)).toBe(false)
    }
  }
})

test('SE-04 a sealed secret moved to another account of the tenant, or of another tenant, is unreadable and audited', async () => {
  const tenantId = await registry.givenTenant()
  const other = await registry.givenTenant()
  const a = await registry.givenAccount(tenantId, { credential: credentialOf(aSecret()) })
  const b = await registry.givenAccount(tenantId, { credential: credentialOf(aSecret()) })
  const c = await registry.givenAccount(other, { credential: credentialOf(aSecret()) })
  const copy = (from: string, to: string) =>
    registry.pool.query(
      'update registry.microsoft_credential set sealed = (select sealed from registry.microsoft_credential where account_id = $1) where account_id = $2',
      [from, to],
    )
  await copy(b.id, a.id)
  await copy(b.id, c.id)
  for (const [tenant, id] of [
    [tenantId, a.id],
    [other, c.id],
  ] as const) {
    const tested = await registry.call(platform, 'POST', `/api/v1/tenants/${tenant}/microsoft-accounts/${id}/verify`)
    expect([tested.status, tested.body.ok]).toEqual([200, false])
    expect(tested.body.checks).toContainEqual(
      expect.objectContaining({ id: 'credential', status: 'failed', code: 'credential-unreadable' }),
    )
    expect(await connection(tenant, id)).toMatchObject({ status: 502, body: { code: 'credential-unreadable' } })
    const events = (await registry.auditEvents('microsoft-account.open-credential')).filter(
      (event: { target: string }) => event.target === id,
    )
    expect(events).toHaveLength(2)
    expect(events[0]).toMatchObject({ outcome: 'failure', tenantId: tenant })
  }
  expect((await connection(tenantId, b.id)).status).toBe(200)
})

test('T-93 after a new key-encryption key was put first, old secrets still open and new tenants use the new key', async () => {
  const vault = (keys: Buffer[]) => tenantKeyVault(drizzle(registry.pool), settingsKeyEncryption(keys))
  const tenantId = await registry.givenTenant()
  const accountId = guid()
  const sealed = await vault([OLD_KEY]).seal(tenantId, accountId, 'a secret')
  expect(await vault([NEW_KEY, OLD_KEY]).open(tenantId, accountId, sealed)).toEqual({
    kind: 'opened',
    secret: 'a secret',
  })
  expect((await vault([NEW_KEY]).open(tenantId, accountId, sealed)).kind).toBe('unreadable')
})

test('secrets sealed at the same time for a new tenant share one data key', async () => {
  const tenantId = await registry.givenTenant()
  const accounts = await Promise.all(
    Array.from({ length: 8 }, () => registry.givenAccount(tenantId, { credential: credentialOf(aSecret()) })),
  )
  for (const { id } of accounts) expect((await connection(tenantId, id)).status).toBe(200)
})

test('the connection goes to our services only, is never stored by anybody on the way, and knows no foreign tenant', async () => {
  const tenantId = await registry.givenTenant()
  const { id } = await registry.givenAccount(tenantId)
  const answer = await connection(tenantId, id)
  expect(answer.body).toMatchObject({ accountId: id, tenantId, enabled: false, credential: null })
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(
    (await registry.call(platform, 'GET', `/internal/tenants/${tenantId}/microsoft-accounts/${id}/connection`)).status,
  ).toBe(403)
  expect((await connection(await registry.givenTenant(), id)).status).toBe(404)
})
