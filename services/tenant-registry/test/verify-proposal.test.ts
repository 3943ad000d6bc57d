import type { M365Emulator } from '@jackfield/m365-emulator/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { givenDirectory, startMicrosoft } from './emulated-directory.ts'
import { BASE_URL, platform, type Registry, startRegistry } from './registry.ts'

const CALLBACK = `${BASE_URL}/auth/microsoft/callback`
let registry: Registry
let m365: M365Emulator
let tenantId: string
beforeAll(async () => {
  m365 = await startMicrosoft()
  registry = await startRegistry({ MICROSOFT_LOGIN_URL: m365.origin, MICROSOFT_GRAPH_URL: m365.origin })
  tenantId = await registry.givenTenant()
  const tenantUrl = BASE_URL.replace('//', '//{tenant}.')
  await registry.call(platform, 'PUT', '/api/v1/apps/proposed', {
    name: 'App',
    tenantUrl,
    callbackPaths: ['/callback'],
    kind: 'browser',
  })
})
afterAll(async () => {
  await registry.close()
  await m365.close()
})

const path = (id: string) => `/api/v1/tenants/${tenantId}/microsoft-accounts/${id}`
const verify = (id: string, body?: object) => registry.call(platform, 'POST', `${path(id)}/verify`, body)
const read = async (id: string) => (await registry.call(platform, 'GET', path(id))).body
type Check = { id: string; status: string }
const statusOf = ({ checks }: { checks: Check[] }, id: string) => checks.find((check) => check.id === id)?.status

async function givenReadyAccount(
  registration: Parameters<typeof givenDirectory>[1] = { redirectUris: [CALLBACK] },
): Promise<string> {
  const { ids, credential } = givenDirectory(m365, registration)
  const { id } = await registry.givenAccount(tenantId, { ...ids, credential })
  await verify(id)
  return id
}

test('CW-02 S57 a proposed redirect mode is tested; neither the mode nor the findings are saved', async () => {
  const id = await givenReadyAccount()
  const before = await read(id)
  const { status, body } = await verify(id, { redirectMode: 'per-app' })
  expect([status, body.ok, statusOf(body, 'redirect-uris')]).toEqual([200, false, 'failed'])
  expect(await read(id)).toEqual(before)
  const events = await registry.auditEvents('microsoft-account.verify-proposal')
  expect(events.find((item: { target: string }) => item.target === id)).toMatchObject({ outcome: 'failure', tenantId })
})

test('CW-02 S57 a proposed platform is judged by itself: an address under Web is not one under Single-page application', async () => {
  const id = await givenReadyAccount()
  const before = await read(id)
  expect(statusOf((await verify(id, { redirectPlatform: 'spa' })).body, 'redirect-uris')).toBe('warning')
  expect(statusOf((await verify(id, { redirectPlatform: 'web', redirectMode: 'single' })).body, 'redirect-uris')).toBe(
    'passed',
  )
  expect(await read(id)).toEqual(before)
})

test('CW-02 the redirect URIs of a proposal are listed with what is to be added for it, before anything is saved', async () => {
  const id = await givenReadyAccount()
  const { body } = await registry.call(platform, 'GET', `${path(id)}/redirect-uris?redirectMode=per-app`)
  expect(body).toMatchObject({ redirectMode: 'per-app', redirectPlatform: 'web', obsolete: [CALLBACK] })
  expect(body.missing.map(({ uri }: { uri: string }) => uri)).toContain(`${CALLBACK}/proposed`)
  const other = await registry.call(platform, 'GET', `${path(id)}/redirect-uris?redirectPlatform=spa`)
  expect(other.body).toMatchObject({
    redirectPlatform: 'spa',
    outdated: false,
    missing: [{ uri: CALLBACK }],
    obsolete: [],
  })
  expect((await registry.call(platform, 'GET', `${path(id)}/redirect-uris`)).body.redirectMode).toBe('single')
})

test.each([
  { redirectMode: 'both' },
  { redirectPlatform: null },
  { clientId: crypto.randomUUID() },
  { enable: false },
  { enable: true, redirectMode: 'single' },
])('CW-02 the proposal %j is refused', async (body) => {
  const id = await givenReadyAccount()
  expect((await verify(id, body)).status).toBe(400)
})

test.each(['redirectMode=both', 'redirectplatform=web', 'redirectMode='])(
  'CW-02 the list of redirect URIs refuses ?%s',
  async (query) => {
    const id = await givenReadyAccount()
    expect((await registry.call(platform, 'GET', `${path(id)}/redirect-uris?${query}`)).status).toBe(400)
  },
)

test('CW-03 a disabled account is enabled by a test that is green, and stays disabled after a red one or one that does not ask for it', async () => {
  const id = await givenReadyAccount()
  const broken = await givenReadyAccount({ redirectUris: [] })
  for (const each of [id, broken]) await registry.call(platform, 'PATCH', path(each), { status: 'disabled' })
  expect((await verify(id)).body.ok).toBe(true)
  expect(await read(id)).toMatchObject({ status: 'disabled', enabled: false })
  expect((await verify(id, { enable: true })).body.ok).toBe(true)
  expect(await read(id)).toMatchObject({ status: 'ready', enabled: true })
  expect((await verify(broken, { enable: true })).body.ok).toBe(false)
  expect(await read(broken)).toMatchObject({ status: 'disabled', enabled: false })
})

test('CW-03 S3 the holder of a hand-over link tests, and enables nothing', async () => {
  const id = await givenReadyAccount()
  await registry.call(platform, 'PATCH', path(id), { status: 'disabled' })
  const { body: link } = await registry.call(platform, 'POST', `${path(id)}/hand-over-links`, {})
  const holder = { sub: `hand-over:${link.id}`, scope: tenantId, role: 'hand-over' as const }
  expect((await registry.call(holder, 'POST', `${path(id)}/verify`)).status).toBe(200)
  expect((await registry.call(holder, 'POST', `${path(id)}/verify`, { enable: true })).status).toBe(403)
  expect(await read(id)).toMatchObject({ status: 'disabled' })
})
