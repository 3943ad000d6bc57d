import { randomBytes } from 'node:crypto'
import { createServer } from '@jackfield/http-server/create-server'
import { internalTokenPlugin, requireService } from '@jackfield/internal-token/internal-token-plugin'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  adminOf,
  aSecret,
  inDays,
  platform,
  platformReader,
  type Registry,
  service,
  startRegistry,
} from './registry.ts'

const PEOPLE = { users: 7, sso: 5, bound: 3, phoneSystems: 2, webhookEndpoints: 1 }
const key = randomBytes(32)
/** What the roster was asked, and how it answers. */
const roster = { asked: [] as string[], down: false, meanwhile: async () => {} }
const rosterService = createServer({ name: 'user-sync-worker', logLevel: 'silent', healthChecks: {} })
let registry: Registry
beforeAll(async () => {
  await rosterService.register(internalTokenPlugin, { audience: 'user-sync-worker', keys: [key] })
  rosterService.addHook('onRequest', requireService)
  const answer = async (request: { method: string; url: string }) => {
    roster.asked.push(`${request.method} ${request.url}`)
    if (roster.down) throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' })
    await roster.meanwhile()
    return PEOPLE
  }
  rosterService.get('/internal/*', answer)
  rosterService.post('/internal/*', answer)
  const port = await findFreePort()
  await rosterService.listen({ host: '127.0.0.1', port })
  registry = await startRegistry({ ROSTER_URL: `http://127.0.0.1:${port}` }, key)
})
afterAll(async () => {
  await registry.close()
  await rosterService.close()
})
beforeEach(() => Object.assign(roster, { asked: [], down: false, meanwhile: async () => {} }))

let counter = 0
async function givenTenant() {
  counter += 1
  const host = `phone.removed-${counter}.example`
  const id = await registry.givenTenant({ customHosts: [host] })
  await registry.givenProven(host)
  const account = await registry.givenAccount(id, {
    credential: { type: 'secret', secret: aSecret(), expiresAt: inDays(300) },
  })
  const apiKey = (await registry.call(platform, 'POST', '/api/v1/api-keys', { name: 'Own', scope: id, role: 'admin' }))
    .body.key
  const link = (await registry.call(platform, 'POST', '/api/v1/control-sign-in-links', { scope: id, role: 'admin' }))
    .body
  const { slug } = (await registry.call(platform, 'GET', `/api/v1/tenants/${id}`)).body
  return { id, host, account, apiKey, link, slug, url: `/api/v1/tenants/${id}` }
}
const find = (url: string) => registry.call(platform, 'GET', url)
const resolve = (host: string) => registry.call(service, 'GET', `/internal/hosts/${encodeURIComponent(host)}`)

/** The tables in which something is left of a tenant; what was done stays in the audit log. */
async function left(tenantId: string): Promise<string[]> {
  const { rows } = await registry.pool.query<{ tablename: string }>(
    `select tablename from pg_tables where schemaname = 'registry' and tablename <> 'audit_event'`,
  )
  const found = rows.map(async ({ tablename }) => {
    const { rowCount } = await registry.pool.query(
      `select from registry.${tablename} t where to_jsonb(t)::text like $1`,
      [`%${tenantId}%`],
    )
    return rowCount ? [tablename] : []
  })
  return (await Promise.all(found)).flat()
}

test('AD-10 the preview shows what is deleted with a tenant, and changes nothing', async () => {
  const tenant = await givenTenant()
  const before = await find(tenant.url)
  const { status, body, headers } = await registry.call(platform, 'DELETE', `${tenant.url}?preview=true`)
  expect([status, body]).toEqual([200, { ...PEOPLE, microsoftAccounts: 1, apiKeys: 1, hosts: [tenant.host] }])
  expect(headers.etag).toBe(before.headers.etag)
  expect((await find(tenant.url)).body).toEqual(before.body)
  expect(roster.asked).toEqual([`GET /internal/tenants/${tenant.id}/roster`])
})

test('T-91 a misspelled preview deletes no tenant, and closes nothing', async () => {
  const tenant = await givenTenant()
  const before = await find(tenant.url)
  const { status, body } = await registry.call(platform, 'DELETE', `${tenant.url}?preveiw=true`)
  expect([status, body.code]).toEqual([400, 'invalid-request'])
  expect(body.errors).toEqual([expect.objectContaining({ pointer: 'preveiw', in: 'query', code: 'unknown-parameter' })])
  expect((await find(tenant.url)).body).toEqual(before.body)
  expect((await resolve(`${tenant.host}:4000`)).status).toBe(200)
  expect(roster.asked).toEqual([])
})

test('AD-10 its hosts are closed first, the roster is erased while its credentials work, then all is erased with its keys and secrets', async () => {
  const [tenant, neighbour] = [await givenTenant(), await givenTenant()]
  const accountUrl = `${tenant.url}/microsoft-accounts/${tenant.account.id}`
  const connection = accountUrl.replace('/api/v1', '/internal')
  let seen: unknown
  roster.meanwhile = async () => {
    const hosts = await Promise.all([resolve(`${tenant.slug}.phone.localhost:4000`), resolve(`${tenant.host}:4000`)])
    const known = await registry.call(service, 'GET', `/internal/tenants/${tenant.id}`)
    const { body } = await registry.call(service, 'GET', `${connection}/connection`)
    seen = [...hosts.map(({ status }) => status), known.status, body.credential.type]
  }
  expect((await resolve(`${tenant.host}:4000`)).status).toBe(200)
  expect(await registry.call(platform, 'DELETE', tenant.url)).toMatchObject({ status: 204 })
  expect(seen).toEqual([404, 404, 404, 'secret'])
  expect(roster.asked).toEqual([`POST /internal/tenants/${tenant.id}/erase`])

  expect(await left(tenant.id)).toEqual([])
  expect(await left(tenant.account.id)).toEqual([])
  for (const url of [tenant.url, accountUrl]) expect((await find(url)).status).toBe(404)
  expect((await resolve(`${tenant.host}:4000`)).status).toBe(404)
  const authenticate = await registry.call(service, 'POST', '/internal/api-key-authentications', { key: tenant.apiKey })
  expect(authenticate.status).toBe(404)
  expect((await left(neighbour.id)).length).toBeGreaterThan(4)
  const [event] = await registry.auditEvents('tenant.delete')
  expect(event).toMatchObject({
    tenantId: tenant.id,
    target: tenant.id,
    outcome: 'success',
    details: { slug: tenant.slug },
  })
  // Its names are free again.
  await registry.givenTenant({ slug: tenant.slug, customHosts: [tenant.host] })
})

test('AD-10 while the roster is down nothing is erased; the tenant stays closed, says so, and asking again finishes it', async () => {
  const tenant = await givenTenant()
  roster.down = true
  expect(await registry.call(platform, 'DELETE', tenant.url)).toMatchObject({
    status: 503,
    body: { code: 'roster-unavailable' },
  })
  expect((await find(tenant.url)).body).toMatchObject({ removing: true })
  expect((await resolve(`${tenant.host}:4000`)).status).toBe(404)
  expect((await find(`${tenant.url}/microsoft-accounts/${tenant.account.id}`)).body.credential).toEqual(
    tenant.account.credential,
  )
  expect((await registry.call(platform, 'DELETE', `${tenant.url}?preview=true`)).status).toBe(503)
  roster.down = false
  expect((await registry.call(platform, 'DELETE', tenant.url)).status).toBe(204)
  expect(await left(tenant.id)).toEqual([])
})

test('T-91 a tenant that changed meanwhile is not removed', async () => {
  const tenant = await givenTenant()
  const { headers } = await find(tenant.url)
  await registry.call(platform, 'PATCH', tenant.url, { name: 'Renamed meanwhile' })
  const stale = { 'if-match': String(headers.etag) }
  expect((await registry.call(platform, 'DELETE', tenant.url, undefined, stale)).status).toBe(412)
  expect(roster.asked).toEqual([])
  roster.meanwhile = async () =>
    void (await registry.call(platform, 'PATCH', tenant.url, { name: 'Renamed at the same time' }))
  expect((await registry.call(platform, 'DELETE', tenant.url)).status).toBe(412)
  expect((await find(tenant.url)).body).toMatchObject({ name: 'Renamed at the same time', removing: true })
})

test('AD-10 an account that is added while its tenant is removed goes with it, or finds no tenant', async () => {
  const tenant = await givenTenant()
  let added: { id: string } | undefined
  roster.meanwhile = async () => {
    added = await registry.givenAccount(tenant.id)
  }
  expect((await registry.call(platform, 'DELETE', tenant.url)).status).toBe(204)
  expect(await left(added?.id ?? '')).toEqual([])
  const late = { alias: 'Late', clientId: tenant.account.clientId, directoryId: tenant.account.directoryId }
  expect((await registry.call(adminOf(tenant.id), 'POST', `${tenant.url}/microsoft-accounts`, late)).status).toBe(404)
})

test('T-90 only the platform removes tenants: not their own admin, not a reader', async () => {
  const tenant = await givenTenant()
  for (const caller of [adminOf(tenant.id), platformReader])
    expect((await registry.call(caller, 'DELETE', tenant.url)).status).toBe(403)
  expect((await registry.call(adminOf(await registry.givenTenant()), 'DELETE', tenant.url)).status).toBe(404)
  expect(roster.asked).toEqual([])
})
