import { afterAll, beforeAll, expect, test } from 'vitest'
import { adminOf, aSecret, guid, inDays, platform, type Registry, startRegistry } from './registry.ts'

let registry: Registry
let tenantId: string
let path: string
beforeAll(async () => {
  registry = await startRegistry()
  tenantId = await registry.givenTenant()
  path = `/api/v1/tenants/${tenantId}/microsoft-accounts`
})
afterAll(() => registry.close())

const create = (body: object) =>
  registry.call(adminOf(tenantId), 'POST', path, { alias: guid(), clientId: guid(), directoryId: guid(), ...body })

test('S15 S16 S17 an account is saved as a draft before any secret exists, its ids trimmed and in lower case', async () => {
  const clientId = guid()
  const { status, body } = await create({ alias: ' Head office ', clientId: `  ${clientId.toUpperCase()}\t` })
  expect(status).toBe(201)
  expect(body).toMatchObject({
    alias: 'Head office',
    clientId,
    status: 'draft',
    enabled: false,
    credential: null,
    redirectMode: 'single',
  })
  expect((await registry.call(platform, 'GET', `${path}/${body.id}`)).body).toEqual(body)
})

test('S14 ids that are no GUIDs are refused with 400 naming the field', async () => {
  const { status, body } = await create({ directoryId: 'contoso.onmicrosoft.com' })
  expect([status, body.errors[0].path]).toEqual([400, 'body.directoryId'])
})

test('S14 the same id twice is refused with 400 ids-equal, also by a change', async () => {
  const id = guid()
  expect((await create({ clientId: id, directoryId: id.toUpperCase() })).body.code).toBe('ids-equal')
  const { body } = await create({})
  const changed = await registry.call(platform, 'PATCH', `${path}/${body.id}`, { clientId: body.directoryId })
  expect([changed.status, changed.body.code]).toEqual([400, 'ids-equal'])
})

test('S15 an alias is unique within its tenant whatever its case, and free in another tenant', async () => {
  await create({ alias: 'Zürich' })
  expect(await create({ alias: 'zÜRICH' })).toMatchObject({ status: 409, body: { code: 'alias-taken' } })
  const { body } = await create({ alias: 'Bern' })
  expect((await registry.call(platform, 'PATCH', `${path}/${body.id}`, { alias: 'ZÜRICH' })).body.code).toBe(
    'alias-taken',
  )
  await registry.givenAccount(await registry.givenTenant(), { alias: 'Zürich' })
})

test('T-91 of 50 parallel creations with one alias exactly one wins', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => create({ alias: 'Only one' })))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(answers.filter(({ status, body }) => status === 409 && body.code === 'alias-taken')).toHaveLength(49)
})

test('AD-05 T-91 unknown and privileged fields of an account are refused one by one, and have no effect', async () => {
  const forged = {
    id: guid(),
    tenantId: guid(),
    enabled: true,
    firstReadyAt: '2020-01-01T00:00:00.000Z',
    status: 'ready',
    version: 7,
    secretCiphertext: 'x',
  }
  for (const [name, value] of Object.entries(forged))
    expect([name, (await create({ [name]: value })).status]).toEqual([name, 400])
  const { body } = await create({})
  expect(body).toMatchObject({ tenantId, status: 'draft', enabled: false })
  for (const [name, value] of Object.entries(forged)) {
    const { status } = await registry.call(platform, 'PATCH', `${path}/${body.id}`, {
      alias: 'Taken over',
      [name]: value,
    })
    expect([name, status]).toEqual([name, 400])
  }
  expect((await registry.call(platform, 'GET', `${path}/${body.id}`)).body).toEqual(body)
})

test('AD-09 of two changes that read the same version one wins and the other gets 412', async () => {
  const { body } = await create({})
  const both = await Promise.all(
    ['A', 'B'].map((letter) =>
      registry.call(platform, 'PATCH', `${path}/${body.id}`, { alias: `${letter} ${body.id}` }, { 'if-match': '"1"' }),
    ),
  )
  expect(both.map(({ status }) => status).sort()).toEqual([200, 412])
  expect(both.find(({ status }) => status === 412)?.body.code).toBe('version-conflict')
})

test('T-91 a credential is not set with a stale If-Match', async () => {
  const { body } = await create({})
  await registry.call(platform, 'PATCH', `${path}/${body.id}`, { redirectMode: 'per-app' })
  const credential = { type: 'secret', secret: aSecret(), expiresAt: inDays(30) }
  const stale = await registry.call(platform, 'PUT', `${path}/${body.id}/credential`, credential, { 'if-match': '"1"' })
  expect(stale.status).toBe(412)
  expect((await registry.call(platform, 'GET', `${path}/${body.id}`)).body.credential).toBe(null)
})

test('S25 a secret shaped like a GUID is refused with the hint to copy the Value', async () => {
  const { status, body } = await create({
    credential: { type: 'secret', secret: ` ${guid()} `, expiresAt: inDays(30) },
  })
  expect([status, body.code]).toEqual([400, 'secret-is-an-id'])
  expect(body.detail).toContain('Copy the Value')
})

test('S25 a secret that has expired already is refused', async () => {
  const { status, body } = await create({ credential: { type: 'secret', secret: aSecret(), expiresAt: '2020-01-01' } })
  expect([status, body.code]).toEqual([400, 'secret-already-expired'])
})

test('S26 a saved secret shows as its last three characters, its age and its expiry', async () => {
  const secret = aSecret()
  const { body } = await create({ credential: { type: 'secret', secret, expiresAt: '2099-06-30' } })
  expect(body.credential).toEqual({
    type: 'secret',
    hint: secret.slice(-3),
    createdAt: expect.any(String),
    expiresAt: '2099-06-30T00:00:00.000Z',
  })
  const short = await create({ credential: { type: 'secret', secret: 'short-secret', expiresAt: inDays(9) } })
  expect(short.body.credential.hint).toBe('')
})

test('an account switched off is disabled until it is switched on again, as a draft', async () => {
  const { body } = await create({})
  const off = await registry.call(platform, 'PATCH', `${path}/${body.id}`, { status: 'disabled' })
  expect(off.body).toMatchObject({ status: 'disabled', enabled: false })
  expect((await registry.call(platform, 'PATCH', `${path}/${body.id}`, { status: 'draft' })).body.status).toBe('draft')
})

test('S10 multi-tenant use: the same client id may serve several directories and tenants', async () => {
  const clientId = guid()
  expect((await create({ clientId })).status).toBe(201)
  expect((await create({ clientId })).status).toBe(201)
})

test('accounts are listed page by page', async () => {
  const other = await registry.givenTenant()
  const ids: string[] = []
  for (let n = 0; n < 3; n += 1) ids.push((await registry.givenAccount(other)).id)
  const list = `/api/v1/tenants/${other}/microsoft-accounts?limit=2`
  const first = (await registry.call(platform, 'GET', list)).body
  const second = (await registry.call(platform, 'GET', `${list}&cursor=${first.nextCursor}`)).body
  expect([...first.items, ...second.items].map((account) => account.id)).toEqual(ids)
  expect(second.nextCursor).toBe(null)
})
