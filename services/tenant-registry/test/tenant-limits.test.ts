import { TENANT_LIMITS, type TenantLimit } from '@jackfield/contract/http/tenant-limits'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { adminOf, guid, platform, type Registry, startRegistry } from './registry.ts'

let registry: Registry
let tenantId: string
let path: string
let directoryId: string
let accounts: string
beforeAll(async () => {
  registry = await startRegistry()
  tenantId = await registry.givenTenant({ name: 'Full' })
  const account = await registry.givenAccount(tenantId)
  directoryId = account.directoryId
  path = `/api/v1/tenants/${tenantId}/microsoft-accounts`
  await registry.pool.query(`update registry.microsoft_account set status = 'ready'`)
  accounts = `${path}/${account.id}`
  const app = { name: 'Web', tenantUrl: 'http://{tenant}.phone.localhost:4000', callbackPaths: ['/c'], kind: 'browser' }
  await registry.call(platform, 'PUT', '/api/v1/apps/web', app)
})
afterAll(() => registry.close())

/** As many rows as fill the limit but one, made of the row that was created last. */
async function fillUp(table: string, count: number, unique: Readonly<Record<string, string>>): Promise<void> {
  const members = Object.entries({ id: 'gen_random_uuid()', ...unique }).flatMap(([name, value]) => [
    `'${name}'`,
    value,
  ])
  await registry.pool.query(
    `insert into registry.${table} select (jsonb_populate_record(null::registry.${table}, to_jsonb(t) || jsonb_build_object(${members.join(', ')}))).*
     from (select * from registry.${table} where tenant_id = $1 order by id desc limit 1) t, generate_series(1, $2)`,
    [tenantId, count],
  )
}
const TOKEN = `'\\x' || replace(gen_random_uuid()::text, '-', '')`
const UUID = 'gen_random_uuid()'

type Case = { table: string; unique: Record<string, string>; create: () => [path: string, body?: object] }
const CASES: Partial<Record<TenantLimit, Case>> = {
  'api-keys': {
    table: 'api_key',
    unique: { prefix: UUID },
    create: () => ['/api/v1/api-keys', { name: 'Key', scope: tenantId, role: 'read' }],
  },
  administrators: {
    table: 'administrator',
    unique: { object_id: UUID },
    create: () => [
      '/api/v1/administrators',
      { scope: tenantId, signInTenantId: tenantId, role: 'read', directoryId, objectId: guid(), displayName: 'A' },
    ],
  },
  'hand-over-links': {
    table: 'hand_over_link',
    unique: { token_hash: TOKEN },
    create: () => [`${accounts}/hand-over-links`, { hours: 24 }],
  },
  'consent-links': {
    table: 'consent_request',
    unique: { state_hash: TOKEN },
    create: () => [`${accounts}/consent-links`],
  },
  'control-sign-in-links': {
    table: 'control_sign_in_link',
    unique: { token_hash: TOKEN },
    create: () => ['/api/v1/control-sign-in-links', { scope: tenantId, role: 'read' }],
  },
  'microsoft-accounts': {
    table: 'microsoft_account',
    unique: { alias_key: UUID },
    create: () => [path, { alias: guid(), clientId: guid(), directoryId: guid() }],
  },
}

test.each(Object.entries(CASES))(
  'T-130 a tenant has at most its number of %s: of two at the same moment one is 409 limit-reached, which names the limit',
  async (name, { table, unique, create }) => {
    const most = TENANT_LIMITS[name as TenantLimit]
    const [first, body] = create()
    expect((await registry.call(adminOf(tenantId), 'POST', first, body)).status).toBe(201)
    const { rows } = await registry.pool.query(
      `select count(*)::int as count from registry.${table} where tenant_id = $1`,
      [tenantId],
    )
    await fillUp(table, most - 1 - rows[0].count, unique)
    const answers = await Promise.all(
      [1, 2].map(() => {
        const [url, members] = create()
        return registry.call(adminOf(tenantId), 'POST', url, members)
      }),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
    const refused = answers.find(({ status }) => status === 409)
    expect(refused?.body).toMatchObject({ code: 'limit-reached', limit: { name, most } })
  },
)

test('T-130 one that is removed makes room, and another tenant has room of its own', async () => {
  const keys = (await registry.call(adminOf(tenantId), 'GET', '/api/v1/api-keys?limit=1')).body.items
  expect((await registry.call(adminOf(tenantId), 'DELETE', `/api/v1/api-keys/${keys[0].id}`)).status).toBe(204)
  const create = (scope: string) =>
    registry.call(adminOf(scope), 'POST', '/api/v1/api-keys', { name: 'Key', scope, role: 'read' })
  expect((await create(tenantId)).status).toBe(201)
  expect((await create(tenantId)).status).toBe(409)
  expect((await create(await registry.givenTenant({ name: 'Other' }))).status).toBe(201)
})
