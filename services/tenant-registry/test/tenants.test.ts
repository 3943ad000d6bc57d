import { afterAll, beforeAll, expect, test } from 'vitest'
import { adminOf, guid, platform, platformReader, type Registry, startRegistry } from './registry.ts'

let registry: Registry
beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(() => registry.close())

const create = (body: object) => registry.call(platform, 'POST', '/api/v1/tenants', body)

test('a tenant is created with its entity tag and read again', async () => {
  const created = await create({
    slug: 'acme',
    name: ' Acme ',
    customHosts: ['Phone.Acme.example', 'phone.acme.example'],
  })
  expect(created.status).toBe(201)
  expect(created.body).toMatchObject({ slug: 'acme', name: 'Acme', customHosts: ['phone.acme.example'] })
  const read = await registry.call(platform, 'GET', `/api/v1/tenants/${created.body.id}`)
  expect(read.body).toEqual(created.body)
  expect(read.headers.etag).toBe('"1"')
})

test('a taken slug is refused with 409 slug-taken, a taken host with 409 host-taken', async () => {
  await create({ slug: 'first', name: 'First', customHosts: ['calls.first.example'] })
  expect((await create({ slug: 'first', name: 'Second' })).body.code).toBe('slug-taken')
  const answer = await create({ slug: 'second', name: 'Second', customHosts: ['calls.first.example'] })
  expect(answer).toMatchObject({ status: 409, body: { code: 'host-taken' } })
  expect((await registry.call(platform, 'GET', '/internal/tenants/x')).status).toBe(403)
})

test.each(['control', 'www', 'xn--abc'])('the slug %s is reserved', async (slug) => {
  expect(await create({ slug, name: 'Any' })).toMatchObject({ status: 400, body: { code: 'slug-reserved' } })
})

test.each(['phone.localhost', 'other.phone.localhost'])(
  'the custom host %s of the platform is refused',
  async (host) => {
    const answer = await create({ slug: `h${Date.now()}`, name: 'Any', customHosts: [host] })
    expect([answer.status, answer.body.code]).toEqual([
      400,
      host.split('.').length > 2 || host === 'phone.localhost' ? 'host-reserved' : '',
    ])
  },
)

test('T-91 a change with a stale If-Match is refused with 412, with the current one accepted', async () => {
  const id = await registry.givenTenant()
  const path = `/api/v1/tenants/${id}`
  const first = await registry.call(platform, 'PATCH', path, { name: 'One' }, { 'if-match': '"1"' })
  expect([first.status, first.headers.etag]).toEqual([200, '"2"'])
  const stale = await registry.call(platform, 'PATCH', path, { name: 'Two' }, { 'if-match': '"1"' })
  expect([stale.status, stale.body.code]).toEqual([412, 'version-conflict'])
  expect((await registry.call(platform, 'GET', path)).body.name).toBe('One')
  expect((await registry.call(platform, 'PATCH', path, { name: 'Three' })).status).toBe(200)
})

test('AD-09 of twenty changes at the same time none is lost: each that wins counts one version up', async () => {
  const path = `/api/v1/tenants/${await registry.givenTenant()}`
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => registry.call(platform, 'PATCH', path, { name: `Name ${n}` })),
  )
  expect(answers.every(({ status }) => status === 200 || status === 412)).toBe(true)
  const winners = answers.filter(({ status }) => status === 200)
  const { headers } = await registry.call(platform, 'GET', path)
  expect(headers.etag).toBe(`"${1 + winners.length}"`)
})

test('AD-05 T-91 unknown and privileged fields of a tenant are refused one by one, and have no effect', async () => {
  const { body: tenant } = await create({ slug: 'forged', name: 'Forged' })
  const forged = { id: guid(), version: 9, createdAt: '2000-01-01T00:00:00.000Z', tenantId: guid(), role: 'admin' }
  for (const [name, value] of Object.entries(forged)) {
    expect([name, (await create({ slug: 'other', name: 'Other', [name]: value })).status]).toEqual([name, 400])
    const changed = await registry.call(platform, 'PATCH', `/api/v1/tenants/${tenant.id}`, {
      name: 'Taken over',
      [name]: value,
    })
    expect([name, changed.status]).toEqual([name, 400])
  }
  expect((await registry.call(platform, 'GET', `/api/v1/tenants/${tenant.id}`)).body).toEqual(tenant)
})

test('tenants are listed page by page, each exactly once', async () => {
  for (let n = 0; n < 5; n += 1) await registry.givenTenant()
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const { body } = await registry.call(platform, 'GET', `/api/v1/tenants?limit=2${cursor ? `&cursor=${cursor}` : ''}`)
    seen.push(...body.items.map((tenant: { id: string }) => tenant.id))
    cursor = body.nextCursor
  }
  const { body } = await registry.call(platform, 'GET', '/api/v1/tenants?limit=500')
  expect(seen).toEqual(body.items.map((tenant: { id: string }) => tenant.id))
  expect(new Set(seen).size).toBe(seen.length)
})

test.each(['x', 'WyJ4Il0', 'W10'])('the cursor %s is refused with 400 invalid-cursor', async (cursor) => {
  expect((await registry.call(platform, 'GET', `/api/v1/tenants?cursor=${cursor}`)).body.code).toBe('invalid-cursor')
})

test('T-90 a tenant admin sees and renames that tenant only, and neither creates nor moves tenants', async () => {
  const mine = await registry.givenTenant()
  await registry.givenTenant()
  const listed = await registry.call(adminOf(mine), 'GET', '/api/v1/tenants')
  expect(listed.body.items.map((tenant: { id: string }) => tenant.id)).toEqual([mine])
  expect((await registry.call(adminOf(mine), 'POST', '/api/v1/tenants', { slug: 'more', name: 'More' })).status).toBe(
    403,
  )
  expect((await registry.call(adminOf(mine), 'PATCH', `/api/v1/tenants/${mine}`, { name: 'Mine' })).status).toBe(200)
  expect(
    (await registry.call(adminOf(mine), 'PATCH', `/api/v1/tenants/${mine}`, { customHosts: ['www.bank.example'] }))
      .status,
  ).toBe(403)
  expect((await registry.call(adminOf(mine), 'PATCH', `/api/v1/tenants/${mine}`, { slug: 'fabrikam' })).status).toBe(
    403,
  )
})

test('a reader changes nothing', async () => {
  const id = await registry.givenTenant()
  expect((await registry.call(platformReader, 'GET', `/api/v1/tenants/${id}`)).status).toBe(200)
  expect((await registry.call(platformReader, 'PATCH', `/api/v1/tenants/${id}`, { name: 'X' })).status).toBe(403)
})

test('AD-07 a body without or with a strange content type is refused, never taken unchecked', async () => {
  const authorization = `Bearer ${registry.sign({ aud: 'tenant-registry', ...platform })}`
  const payload = JSON.stringify({ slug: 'UPPER!', name: '' })
  for (const type of [
    undefined,
    'text/plain',
    'application/json; garbage',
    'application/json garbage',
    'application/x-www-form-urlencoded',
  ]) {
    const headers = type === undefined ? { authorization } : { authorization, 'content-type': type }
    const answer = await registry.app.inject({ method: 'POST', url: '/api/v1/tenants', headers, payload })
    expect([400, 415], String(type)).toContain(answer.statusCode)
    expect(answer.headers['content-type']).toContain('application/problem+json')
  }
})

test('a name with a character that cannot be stored is refused with 400', async () => {
  expect((await create({ slug: 'nul', name: 'a\u0000b' })).status).toBe(400)
})

test('FC-23 a tenant says where its national phone numbers are from, by a country of ISO 3166, or nothing', async () => {
  const slug = `country-${guid().slice(0, 8)}`
  const { body } = await registry.call(platform, 'POST', '/api/v1/tenants', { slug, name: 'X', defaultCountry: 'de' })
  expect(body.defaultCountry).toBe('DE')
  const path = `/api/v1/tenants/${body.id}`
  const change = (defaultCountry: unknown) => registry.call(adminOf(body.id), 'PATCH', path, { defaultCountry })
  expect((await change('AT')).body.defaultCountry).toBe('AT')
  for (const wrong of ['XX', 'ZZ', 'DD', 'UK', 'EU', 'DEU', 'Germany', '', 49])
    expect(await change(wrong)).toMatchObject({ status: 400, body: { code: 'invalid-request' } })
  expect((await registry.call(platform, 'PATCH', path, { name: 'Y' })).body.defaultCountry).toBe('AT')
  expect((await change(null)).body.defaultCountry).toBeNull()
})
