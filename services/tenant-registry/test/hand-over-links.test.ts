import { type OpenApi, operationsOf, urlOf } from '@jackfield/api-fuzz/operations'
import type { M365Emulator } from '@jackfield/m365-emulator/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { givenDirectory, startMicrosoft } from './emulated-directory.ts'
import { adminOf, BASE_URL, guid, platform, type Registry, service, startRegistry } from './registry.ts'

let registry: Registry
let m365: M365Emulator
beforeAll(async () => {
  m365 = await startMicrosoft()
  registry = await startRegistry({ MICROSOFT_LOGIN_URL: m365.origin, MICROSOFT_GRAPH_URL: m365.origin })
})
afterAll(async () => {
  await registry.close()
  await m365.close()
})

async function given(hours = 24) {
  const tenantId = await registry.givenTenant({ name: 'Handing over' })
  const { ids, credential } = givenDirectory(m365, { redirectUris: [`${BASE_URL}/auth/microsoft/callback`] })
  const account = await registry.givenAccount(tenantId, ids)
  const path = `/api/v1/tenants/${tenantId}/microsoft-accounts/${account.id}`
  const created = await registry.call(adminOf(tenantId), 'POST', `${path}/hand-over-links`, { hours })
  const token = new URL(created.body.url).hash.slice(1)
  const holder = { sub: `hand-over:${created.body.id}`, scope: tenantId, role: 'hand-over' as const }
  return { tenantId, account, credential, path, created, token, holder }
}
const open = (token: string) => registry.call(service, 'POST', '/internal/control-sign-in-links/redemptions', { token })

test('S3 an admin makes a link that opens Control for this account alone, as often as its holder comes', async () => {
  const { created, token, holder, tenantId, account, path } = await given()
  expect(created).toMatchObject({ status: 201, body: { createdBy: adminOf(tenantId).sub, openedAt: null } })
  expect(created.body.url).toMatch(/^http:\/\/control\.phone\.localhost:4000\/enter#hand-over-[\w-]{43}$/)
  const principal = { id: holder.sub, scope: tenantId, role: 'hand-over', accountId: account.id }
  for (const _ of [1, 2]) expect(await open(token)).toMatchObject({ status: 200, body: principal })
  const { items } = (await registry.call(adminOf(tenantId), 'GET', `${path}/hand-over-links`)).body
  expect(items).toEqual([{ ...created.body, url: undefined, openedAt: expect.any(String) }])
  const [event] = await registry.auditEvents('hand-over-link.open')
  expect(event).toMatchObject({ tenantId, actor: holder.sub, target: account.id, outcome: 'success' })
  expect(JSON.stringify(await registry.auditEvents('hand-over-link.create'))).not.toContain(token)
})

test('S3 S22 S27 its holder does the Entra part: reads what to register, enters the secret, gets the consent link, tests', async () => {
  const { path, holder, credential, tenantId, account } = await given()
  const call = (method: 'GET' | 'POST' | 'PUT', what: string, body?: object) =>
    registry.call(holder, method, `${path}${what}`, body)
  expect((await call('GET', '')).body).toMatchObject({ id: account.id, credential: null })
  expect((await call('GET', '/redirect-uris')).body.items).toHaveLength(1)
  const script = await registry.app.inject({
    url: `${path}/setup-script`,
    headers: { authorization: `Bearer ${registry.sign({ aud: 'tenant-registry', ...holder })}` },
  })
  expect(script.statusCode).toBe(200)
  expect((await call('PUT', '/credential', credential)).status).toBe(200)
  expect((await call('POST', '/consent-links')).status).toBe(201)
  expect((await call('POST', '/verify')).body.ok).toBe(true)
  expect((await registry.call(holder, 'GET', `/api/v1/tenants/${tenantId}`)).body.name).toBe('Handing over')
  const [event] = await registry.auditEvents('microsoft-account.verify')
  expect(event).toMatchObject({ tenantId, actor: holder.sub })
})

const ALLOWED = [
  'listMicrosoftClouds',
  'getTenant',
  'getMicrosoftAccount',
  'putMicrosoftAccountCredential',
  'verifyMicrosoftAccount',
  'listRedirectUris',
  'showSetupScript',
  'createConsentLink',
]
const BODIES: Readonly<Record<string, object>> = {
  changeTenant: { name: 'Taken over' },
  changeMicrosoftAccount: { alias: 'Taken over' },
  createMicrosoftAccount: { alias: 'Mine', clientId: guid(), directoryId: guid() },
  createHandOverLink: { hours: 1 },
  createApiKey: { name: 'Mine', scope: 'platform', role: 'admin' },
  createControlSignInLink: { scope: 'platform', role: 'admin' },
}

test('S3 T-90 of all operations there are, eight are open to a holder, and those of an account for no other', async () => {
  const { holder, tenantId, account, credential, created } = await given()
  const neighbour = await registry.givenAccount(tenantId)
  const values = {
    tenantId,
    accountId: account.id,
    linkId: created.body.id,
    keyId: guid(),
    secretId: guid(),
    administratorId: guid(),
    clientId: 'web',
    hostname: 'a.example.com',
  }
  const opened: string[] = []
  for (const operation of operationsOf(registry.app.swagger() as OpenApi)) {
    const body = operation.id === 'putMicrosoftAccountCredential' ? credential : BODIES[operation.id]
    const send = (ids: Record<string, string>) =>
      registry.app.inject({
        method: operation.method,
        url: urlOf(operation, ids),
        headers: { authorization: `Bearer ${registry.sign({ aud: 'tenant-registry', ...holder })}` },
        ...(body ? { payload: body } : {}),
      })
    const { statusCode } = await send(values)
    if (statusCode === 403) continue
    expect(statusCode, operation.id).toBeLessThan(300)
    opened.push(operation.id)
    if (operation.parameters.includes('accountId')) {
      expect((await send({ ...values, accountId: neighbour.id })).statusCode, operation.id).toBe(404)
    }
    // The list of Microsoft's clouds belongs to no tenant.
    if (operation.parameters.includes('tenantId')) {
      expect((await send({ ...values, tenantId: await registry.givenTenant() })).statusCode, operation.id).toBe(404)
    }
  }
  expect(opened.sort()).toEqual(ALLOWED.sort())
})

test('S3 a link ends when it expires, when an admin deletes it, and with its account; so do its sessions', async () => {
  const read = ({ holder, path }: Awaited<ReturnType<typeof given>>) => registry.call(holder, 'GET', path)
  const [short, revoked, orphan, removed] = [await given(1), await given(), await given(), await given()]
  for (const one of [short, revoked, orphan, removed]) expect((await read(one)).status).toBe(200)

  registry.clock.offset = 3_600_000 + 1_000
  expect(await read(short)).toMatchObject({ status: 403, body: { code: 'hand-over-ended' } })
  expect((await open(short.token)).status).toBe(404)
  expect((await registry.call(platform, 'GET', `${short.path}/hand-over-links`)).body.items).toEqual([])
  registry.clock.offset = 0

  const { path, created, tenantId } = revoked
  const url = `${path}/hand-over-links/${created.body.id}`
  expect((await registry.call(adminOf(await registry.givenTenant()), 'DELETE', url)).status).toBe(404)
  expect((await registry.call(adminOf(orphan.tenantId), 'DELETE', url)).status).toBe(404)
  const elsewhere = `${orphan.path}/hand-over-links/${created.body.id}`
  expect((await registry.call(adminOf(orphan.tenantId), 'DELETE', elsewhere)).status).toBe(404)
  expect((await registry.call(adminOf(tenantId), 'DELETE', url)).status).toBe(204)
  expect(await read(revoked)).toMatchObject({ status: 403, body: { code: 'hand-over-ended' } })
  expect((await open(revoked.token)).body.code).toBe('link-unknown')
  expect((await registry.call(adminOf(tenantId), 'DELETE', url)).status).toBe(404)

  await registry.pool.query('delete from registry.microsoft_account where id = $1', [orphan.account.id])
  expect((await read(orphan)).status).toBe(403)
  await registry.pool.query('delete from registry.tenant where id = $1', [removed.tenantId])
  expect((await open(removed.token)).status).toBe(404)
})

test('S3 T-90 a holder with a made-up link, or one of another tenant, reaches nothing', async () => {
  const { holder, path } = await given()
  const other = await given()
  for (const sub of [`hand-over:${guid()}`, 'hand-over:x', other.holder.sub, platform.sub])
    expect((await registry.call({ ...holder, sub }, 'GET', path)).status, sub).toBe(403)
})

test.each([0, 169, 1.5, '72'])('S3 a link for %s hours is refused', async (hours) => {
  const { path, tenantId } = await given()
  expect((await registry.call(adminOf(tenantId), 'POST', `${path}/hand-over-links`, { hours })).status).toBe(400)
})

test('SE-01 no token of a link is kept in clear', async () => {
  const { token, created } = await given()
  const { rows } = await registry.pool.query(
    'select to_jsonb(l)::text as text from registry.hand_over_link l where id = $1',
    [created.body.id],
  )
  expect(rows[0].text).not.toContain(token)
})
