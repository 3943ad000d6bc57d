import { TENANT_LIMITS } from '@jackfield/contract/http/tenant-limits'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Platform, startPlatform } from './support/platform.ts'

let platform: Platform
let tenant: ReturnType<Platform['connectedTenant']>
let other: ReturnType<Platform['connectedTenant']>
beforeAll(async () => {
  platform = await startPlatform()
  tenant = platform.connectedTenant()
  other = platform.connectedTenant()
})
afterAll(() => platform.close())

const post = (path: string, body: unknown, of = tenant) => platform.call('POST', `${of.api}${path}`, body)
const fill = (statement: string, count: number) => platform.stores.pool.query(statement, [tenant.tenantId, count])

test.each([
  [
    'webhook-endpoints',
    () => ({ url: 'https://a.example/hook' }),
    `insert into roster.webhook_endpoint (id, tenant_id, url, sealed_secret)
     select gen_random_uuid(), $1, 'https://a.example/hook', '' from generate_series(1, $2)`,
  ],
  [
    'phone-systems',
    () => ({ name: 'Branch' }),
    `insert into roster.phone_system (id, tenant_id, name)
     select gen_random_uuid(), $1, 'Branch' from generate_series(1, $2)`,
  ],
] as const)(
  'T-130 a tenant has at most its number of %s: of two at the same moment one is 409 limit-reached, which names the limit',
  async (name, body, statement) => {
    const most = TENANT_LIMITS[name]
    await fill(statement, most - 1)
    const answers = await Promise.all([post(`/${name}`, body()), post(`/${name}`, body())])
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
    const refused = answers.find(({ status }) => status === 409)
    expect(refused?.body).toMatchObject({ code: 'limit-reached', limit: { name, most } })
    expect((await post(`/${name}`, body(), other)).status).toBe(201)
  },
)

test('T-130 a phone system has at most its number of extensions; what exists already adds none', async () => {
  const { id } = (await post('/phone-systems', { name: 'Large' }, other)).body
  const most = TENANT_LIMITS.extensions
  await platform.stores.pool.query(
    `insert into roster.extension (tenant_id, phone_system_id, number) select $1, $2, n::text from generate_series(1, $3) n`,
    [other.tenantId, id, most - 1],
  )
  const add = (...numbers: number[]) =>
    post(`/phone-systems/${id}/extensions`, { items: numbers.map((number) => ({ number: String(number) })) }, other)
  const refused = await add(1, most, most + 1)
  expect([refused.status, refused.body.limit]).toEqual([409, { name: 'extensions', most }])
  expect((await add(1, most)).body).toEqual({ created: 1, unchanged: 1 })
  expect((await add(1, most)).body).toEqual({ created: 0, unchanged: 2 })
})

test('T-130 a tenant has at most its number of runs that are not over: one more is 429 too-many-runs, other tenants’ are taken', async () => {
  await fill(
    `insert into roster.sync_run (id, tenant_id, account_id, directory_id, kind, status, requested_by)
     select gen_random_uuid(), $1, gen_random_uuid(), gen_random_uuid(), 'full', 'queued', 'test' from generate_series(1, $2)`,
    TENANT_LIMITS['sync-runs'],
  )
  const everybody = { all: true, sync: true, sso: true }
  for (const [path, body] of [
    [tenant.imports, everybody],
    [tenant.imports.replace('/imports', '/resyncs'), { mode: 'full' }],
  ] as const) {
    const refused = await platform.call('POST', path, body)
    expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([429, 'too-many-runs', '60'])
  }
  expect((await platform.call('POST', other.imports, everybody)).status).toBe(202)
})
