import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { adminOf, guid, platform, platformReader, type Registry, service, startRegistry } from './registry.ts'

let registry: Registry
beforeAll(async () => {
  registry = await startRegistry()
})
beforeEach(() => registry.pool.query('truncate registry.administrator, registry.api_key'))
afterAll(() => registry.close())

async function givenDirectory() {
  const tenantId = await registry.givenTenant()
  const { directoryId, ...account } = await registry.givenAccount(tenantId)
  return { tenantId, directoryId, account }
}
type Caller = Parameters<Registry['call']>[0]
const create = (caller: Caller, body: object) =>
  registry.call(caller, 'POST', '/api/v1/administrators', {
    role: 'admin',
    objectId: guid(),
    displayName: 'Adele Vance',
    ...body,
  })
const at = (id: string) => `/api/v1/administrators/${id}`

/** An operator who signs in through a tenant of the platform's own. */
async function givenOperator(members: object = {}) {
  const own = await givenDirectory()
  const answer = await create(platform, {
    scope: 'platform',
    signInTenantId: own.tenantId,
    directoryId: own.directoryId,
    ...members,
  })
  return { ...own, id: answer.body.id as string, answer }
}

test('T-04 an administrator is a directory and an object id, with scope and role, and is found by these through the tenant of the sign-in alone', async () => {
  const { tenantId, directoryId } = await givenDirectory()
  const other = await givenDirectory()
  const objectId = guid()
  const { status, body, headers } = await create(platform, {
    scope: tenantId,
    directoryId,
    objectId: ` ${objectId.toUpperCase()} `,
  })
  expect([status, headers.etag]).toEqual([201, '"1"'])
  expect(body).toMatchObject({
    scope: tenantId,
    signInTenantId: tenantId,
    role: 'admin',
    directoryId,
    objectId,
    displayName: 'Adele Vance',
  })
  const find = (tenant: string, directory: string, object: string) =>
    registry.call(
      service,
      'GET',
      `/internal/tenants/${tenant}/administrators?directoryId=${directory}&objectId=${object}`,
    )
  const { etag: _, ...administrator } = body
  expect((await find(tenantId, directoryId, objectId)).body).toEqual(administrator)
  expect((await find(other.tenantId, directoryId, objectId)).status).toBe(404)
  expect((await find(tenantId, other.directoryId, objectId)).status).toBe(404)
  expect((await find(tenantId, directoryId, guid())).status).toBe(404)
  expect((await registry.call(service, 'GET', `/internal/administrators/${body.id}`)).body).toEqual(administrator)
  expect((await registry.call(platform, 'GET', `/internal/administrators/${body.id}`)).status).toBe(403)
})

test('T-04 a mail address names nobody, and the same person is added once for a tenant', async () => {
  const { tenantId, directoryId } = await givenDirectory()
  expect((await create(platform, { scope: tenantId, directoryId, objectId: 'adele@contoso.example' })).status).toBe(400)
  const objectId = guid()
  expect((await create(platform, { scope: tenantId, directoryId, objectId })).status).toBe(201)
  expect((await create(platform, { scope: tenantId, directoryId, objectId })).body.code).toBe('administrator-exists')
})

test('a directory of no Microsoft account, an unknown tenant, and a scope without its way in are refused', async () => {
  const { tenantId, directoryId } = await givenDirectory()
  const other = await givenDirectory()
  expect((await create(platform, { scope: tenantId, directoryId: guid() })).body.code).toBe('directory-not-connected')
  expect((await create(platform, { scope: guid(), directoryId })).body.code).toBe('tenant-not-found')
  expect((await create(platform, { scope: 'platform', directoryId })).body).toMatchObject({
    status: 400,
    code: 'invalid-request',
  })
  expect(
    (await create(platform, { scope: tenantId, signInTenantId: other.tenantId, directoryId: other.directoryId }))
      .status,
  ).toBe(400)
})

test('T-90 AD-02 a tenant’s admin makes, sees, changes and removes that tenant’s administrators only', async () => {
  const [mine, theirs] = [await givenDirectory(), await givenDirectory()]
  const own = await create(adminOf(mine.tenantId), { scope: mine.tenantId, directoryId: mine.directoryId })
  const foreign = await create(platform, { scope: theirs.tenantId, directoryId: theirs.directoryId })
  const operator = await create(platform, {
    scope: 'platform',
    signInTenantId: mine.tenantId,
    directoryId: mine.directoryId,
  })
  expect([own.status, foreign.status, operator.status]).toEqual([201, 201, 201])
  const me = adminOf(mine.tenantId)
  expect((await create(me, { scope: theirs.tenantId, directoryId: theirs.directoryId })).status).toBe(403)
  expect(
    (await create(me, { scope: 'platform', signInTenantId: mine.tenantId, directoryId: mine.directoryId })).status,
  ).toBe(403)
  expect((await create({ ...me, role: 'read' }, { scope: mine.tenantId, directoryId: mine.directoryId })).status).toBe(
    403,
  )
  const { body } = await registry.call(me, 'GET', `/api/v1/administrators?signInTenantId=${mine.tenantId}`)
  expect(body.items.map(({ id }: { id: string }) => id)).toEqual([own.body.id])
  for (const id of [foreign.body.id, operator.body.id, guid()]) {
    for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
      const answer = await registry.call(me, method, at(id), method === 'PATCH' ? { role: 'read' } : undefined)
      expect([answer.status, answer.body.code]).toEqual([404, 'administrator-not-found'])
    }
  }
  const all = await registry.call(platformReader, 'GET', `/api/v1/administrators?signInTenantId=${mine.tenantId}`)
  expect(all.body.items.map(({ id }: { id: string }) => id)).toEqual([own.body.id, operator.body.id])
  expect((await registry.call(me, 'DELETE', at(own.body.id))).status).toBe(204)
  expect((await registry.call(me, 'GET', at(own.body.id))).status).toBe(404)
})

test('AD-09 a change names the version it read, and is audited as removal is', async () => {
  const { tenantId, directoryId } = await givenDirectory()
  const { body, headers } = await create(platform, { scope: tenantId, directoryId })
  const etag = { 'if-match': String(headers.etag) }
  const changed = await registry.call(platform, 'PATCH', at(body.id), { role: 'read', displayName: 'A. Vance' }, etag)
  expect(changed).toMatchObject({
    status: 200,
    body: { role: 'read', displayName: 'A. Vance' },
    headers: { etag: '"2"' },
  })
  expect((await registry.call(platform, 'PATCH', at(body.id), { role: 'admin' }, etag)).status).toBe(412)
  expect((await registry.call(platform, 'DELETE', at(body.id), undefined, etag)).status).toBe(412)
  expect((await registry.call(platform, 'DELETE', at(body.id), undefined, { 'if-match': '"2"' })).status).toBe(204)
  for (const action of ['administrator.create', 'administrator.change', 'administrator.delete'])
    expect((await registry.auditEvents(action))[0]).toMatchObject({
      tenantId,
      target: body.id,
      actor: platform.sub,
      outcome: 'success',
    })
})

test('the platform’s last administrator stays, in role and place, while no API key of the platform lives', async () => {
  const first = await givenOperator()
  const reader = await givenOperator({ role: 'read' })
  await create(platform, { scope: first.tenantId, directoryId: first.directoryId })
  const refusals = [
    await registry.call(platform, 'DELETE', at(first.id)),
    await registry.call(platform, 'PATCH', at(first.id), { role: 'read' }),
  ]
  expect(refusals.map(({ status, body }) => [status, body.code])).toEqual([
    [409, 'last-administrator'],
    [409, 'last-administrator'],
  ])
  expect((await registry.call(platform, 'PATCH', at(first.id), { displayName: 'The operator' })).status).toBe(200)
  expect((await registry.call(platform, 'DELETE', at(reader.id))).status).toBe(204)

  const key = await registry.call(platform, 'POST', '/api/v1/api-keys', {
    name: 'Key',
    scope: 'platform',
    role: 'admin',
  })
  const second = await givenOperator()
  expect((await registry.call(platform, 'DELETE', at(first.id))).status).toBe(204)
  await registry.call(platform, 'DELETE', `/api/v1/api-keys/${key.body.id}`)
  expect((await registry.call(platform, 'DELETE', at(second.id))).body.code).toBe('last-administrator')
})

test('of two administrators of the platform who remove each other at the same time one stays', async () => {
  const [first, second] = [await givenOperator(), await givenOperator()]
  // Both have looked around before either may write.
  const holding = await registry.pool.connect()
  await holding.query('begin; select 1 from registry.administrator for update')
  const removals = [first, second].map(({ id }) => registry.call(platform, 'DELETE', at(id)))
  const waiting = `select count(*)::int as all from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
  await expect.poll(async () => (await registry.pool.query(waiting)).rows[0].all, { timeout: 10_000 }).toBe(2)
  await holding.query('commit')
  holding.release()
  const answers = await Promise.all(removals)
  expect(answers.map(({ status }) => status).sort()).toEqual([204, 409])
})

test('the bootstrap key is a way in as long as it works', async () => {
  const bootstrapped = await startRegistry({ BOOTSTRAP_API_KEY: 'bootstrap-key-for-the-first-hour-0123456789' })
  const tenantId = await bootstrapped.givenTenant()
  const { directoryId } = await bootstrapped.givenAccount(tenantId)
  const person = {
    scope: 'platform',
    signInTenantId: tenantId,
    role: 'admin',
    directoryId,
    objectId: guid(),
    displayName: 'Operator',
  }
  const { body } = await bootstrapped.call(platform, 'POST', '/api/v1/administrators', person)
  expect((await bootstrapped.call(platform, 'DELETE', at(body.id))).status).toBe(204)
  await bootstrapped.close()
})

test('a tenant through which the platform’s administrators sign in is not removed, nor its registration chosen by the tenant', async () => {
  const roster = {
    ofTenant: async () => 'unavailable',
    erase: async () => ({ users: 0, sso: 0, bound: 0, phoneSystems: 0, webhookEndpoints: 0 }),
  }
  Object.assign(registry.ports.roster, roster)
  const { tenantId, account, id } = await givenOperator()
  await givenOperator()
  const me = adminOf(tenantId)
  const path = `/api/v1/tenants/${tenantId}/microsoft-accounts`
  const ids = { clientId: guid(), directoryId: guid() }
  expect((await registry.call(me, 'POST', path, { alias: 'Mine', ...ids })).body.code).toBe('forbidden')
  for (const change of [{ clientId: guid() }, { directoryId: guid() }, { cloud: 'china' }, { redirectPlatform: 'spa' }])
    expect((await registry.call(me, 'PATCH', `${path}/${account.id}`, change)).body.code).toBe('forbidden')
  expect((await registry.call(me, 'PATCH', `${path}/${account.id}`, { alias: 'Renamed' })).status).toBe(200)
  expect((await registry.call(platform, 'DELETE', `/api/v1/tenants/${tenantId}`)).body.code).toBe(
    'platform-administrators',
  )
  expect((await registry.call(platform, 'DELETE', at(id))).status).toBe(204)
  expect((await registry.call(me, 'PATCH', `${path}/${account.id}`, { clientId: guid() })).status).toBe(200)
  expect((await registry.call(platform, 'DELETE', `/api/v1/tenants/${tenantId}`)).status).toBe(204)
})

test('T-92 a removed tenant’s administrators go with it', async () => {
  Object.assign(registry.ports.roster, {
    erase: async () => ({ users: 0, sso: 0, bound: 0, phoneSystems: 0, webhookEndpoints: 0 }),
  })
  const { tenantId, directoryId } = await givenDirectory()
  const { body } = await create(platform, { scope: tenantId, directoryId })
  expect((await registry.call(platform, 'DELETE', `/api/v1/tenants/${tenantId}`)).status).toBe(204)
  expect((await registry.call(service, 'GET', `/internal/administrators/${body.id}`)).status).toBe(404)
})
