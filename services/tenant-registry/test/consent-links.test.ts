import type { M365Emulator } from '@jackfield/m365-emulator/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { givenDirectory, startMicrosoft } from './emulated-directory.ts'
import { adminOf, BASE_URL, guid, platform, type Registry, service, startRegistry } from './registry.ts'

const CALLBACK = `${BASE_URL}/auth/microsoft/callback`
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

async function given({ roles = [] as string[], withCredential = true, members = {} as object } = {}) {
  const directory = givenDirectory(m365, { redirectUris: [CALLBACK], roles })
  const tenantId = await registry.givenTenant()
  const account = await registry.givenAccount(tenantId, {
    ...directory.ids,
    ...(withCredential ? { credential: directory.credential } : {}),
    ...members,
  })
  const path = `/api/v1/tenants/${tenantId}/microsoft-accounts/${account.id}`
  const link = () => registry.call(adminOf(tenantId), 'POST', `${path}/consent-links`)
  const state = async () => new URL((await link()).body.url).searchParams.get('state') ?? ''
  const read = async () => (await registry.call(platform, 'GET', path)).body
  return { ...directory, tenantId, account, path, link, state, read }
}
const comeBack = (state: string, isDeclined = false) =>
  registry.call(service, 'POST', '/internal/consent-returns', { state, isDeclined })

test('S22 the link leads to the consent page of the account’s own directory, for everything the registration lists, and back to us', async () => {
  const { ids, link, tenantId, account } = await given()
  const { status, body } = await link()
  expect(status).toBe(201)
  const url = new URL(body.url)
  expect(url.origin + url.pathname).toBe(`${m365.origin}/${ids.directoryId}/v2.0/adminconsent`)
  expect(Object.fromEntries(url.searchParams)).toEqual({
    client_id: ids.clientId,
    scope: 'https://graph.microsoft.com/.default',
    redirect_uri: CALLBACK,
    state: expect.stringMatching(/^consent-[\w-]{43}$/),
  })
  expect(Date.parse(body.expiresAt)).toBeGreaterThan(Date.now())
  // Entra ID itself takes it: it asks who is there, and refuses nothing.
  const page = await fetch(url, { redirect: 'manual' })
  expect([page.status, await page.text()]).toEqual([200, expect.not.stringContaining('AADSTS')])
  const [event] = await registry.auditEvents('consent-link.create')
  expect(event).toMatchObject({ tenantId, target: account.id, actor: adminOf(tenantId).sub })
  expect(JSON.stringify(event)).not.toContain(url.searchParams.get('state'))
})

test('S22 S23 consent counts once a token of that directory shows it; the account is ready then, with nothing entered again', async () => {
  const { directory, ids, account, tenantId, state, read } = await given()
  expect((await read()).status).toBe('draft')
  directory.grantConsent(ids.clientId, { roles: ['User.Read.All'] })
  const answer = await comeBack(await state())
  expect([answer.status, answer.body]).toEqual([
    200,
    { tenantId, accountId: account.id, tenant: expect.any(String), alias: account.alias, outcome: 'granted' },
  ])
  expect(await read()).toMatchObject({ status: 'ready', enabled: true })
  const [event] = await registry.auditEvents('consent-link.return')
  expect(event).toMatchObject({ tenantId, target: account.id, outcome: 'success', details: { outcome: 'granted' } })
})

test('S22 T-04 a forged return gains nothing: without consent in the directory nothing is granted', async () => {
  const { state, read } = await given()
  expect((await comeBack(await state())).body.outcome).toBe('not-seen-yet')
  expect(await read()).toMatchObject({ status: 'draft', enabled: false })
})

test('S22 without a saved credential nothing can be proven, and with a wrong one nothing is', async () => {
  const bare = await given({ roles: ['User.Read.All'], withCredential: false })
  expect((await comeBack(await bare.state())).body.outcome).toBe('no-credential')
  expect((await bare.read()).status).toBe('draft')
  const other = givenDirectory(m365)
  const wrong = await given({ roles: ['User.Read.All'], members: { credential: other.credential } })
  expect((await comeBack(await wrong.state())).body.outcome).toBe('not-proven')
  expect((await wrong.read()).enabled).toBe(false)
})

test('S22 a declined consent is reported as declined, without a request to Microsoft', async () => {
  const { state, read } = await given({ roles: ['User.Read.All'] })
  expect((await comeBack(await state(), true)).body.outcome).toBe('declined')
  expect(await read()).toMatchObject({ status: 'draft', lastVerifiedAt: null })
})

test('T-10 AZ-03 a state comes back once, within a day, and only one that was handed out', async () => {
  const { state, tenantId, account, path } = await given({ roles: ['User.Read.All'] })
  const [used, late, orphan] = [await state(), await state(), await state()]
  const answers = await Promise.all([comeBack(used), comeBack(used), comeBack(used)])
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404])
  expect((await comeBack(`consent-${'A'.repeat(43)}`)).body.code).toBe('link-unknown')
  expect((await comeBack('a-sign-in-state')).status).toBe(400)
  registry.clock.offset = 24 * 3_600_000 + 1_000
  expect((await comeBack(late)).status).toBe(404)
  registry.clock.offset = 0
  await registry.pool.query('delete from registry.microsoft_account where id = $1', [account.id])
  expect((await comeBack(orphan)).status).toBe(404)
  expect((await registry.call(adminOf(tenantId), 'POST', `${path}/consent-links`)).status).toBe(404)
})

test('AD-01 only our gateway tells of returns, and a reader gets no link', async () => {
  const { state, tenantId, path } = await given()
  const answer = { state: await state(), isDeclined: false }
  expect((await registry.call(platform, 'POST', '/internal/consent-returns', answer)).status).toBe(403)
  expect((await registry.call({ ...adminOf(tenantId), role: 'read' }, 'POST', `${path}/consent-links`)).status).toBe(
    403,
  )
  expect((await registry.call(adminOf(await registry.givenTenant()), 'POST', `${path}/consent-links`)).status).toBe(404)
})

test('S19 per app, the way back is an app’s redirect URI; without any app there is none', async () => {
  const { path, link, tenantId } = await given({ members: { redirectMode: 'per-app' } })
  expect(await link()).toMatchObject({ status: 409, body: { code: 'no-redirect-uri' } })
  const definition = {
    name: 'Web',
    sharedUrl: 'https://web.example',
    tenantUrl: 'https://{tenant}.web.example',
    callbackPaths: ['/cb'],
    kind: 'browser',
  }
  await registry.call(platform, 'PUT', '/api/v1/apps/web', definition)
  const { slug } = (await registry.call(platform, 'GET', `/api/v1/tenants/${tenantId}`)).body
  const url = new URL((await registry.call(platform, 'POST', `${path}/consent-links`)).body.url)
  expect(url.searchParams.get('redirect_uri')).toBe(`https://${slug}.web.example/auth/microsoft/callback/web`)
  await registry.call(platform, 'PATCH', path, { cloud: 'china', directoryId: guid() })
  const china = new URL((await link()).body.url)
  expect(china.searchParams.get('scope')).toBe('https://microsoftgraph.chinacloudapi.cn/.default')
})
