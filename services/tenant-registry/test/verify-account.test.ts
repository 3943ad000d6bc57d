import { randomBytes } from 'node:crypto'
import type { M365Emulator } from '@jackfield/m365-emulator/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { givenDirectory, startMicrosoft } from './emulated-directory.ts'
import { aSecret, BASE_URL, guid, inDays, platform, type Registry, startRegistry } from './registry.ts'
import { type RosterStandIn, startRosterStandIn } from './roster-stand-in.ts'

const CALLBACK = `${BASE_URL}/auth/microsoft/callback`
let registry: Registry
let m365: M365Emulator
let roster: RosterStandIn
let tenantId: string
beforeAll(async () => {
  m365 = await startMicrosoft()
  const key = randomBytes(32)
  roster = await startRosterStandIn(key)
  const microsoft = { MICROSOFT_LOGIN_URL: m365.origin, MICROSOFT_GRAPH_URL: m365.origin }
  registry = await startRegistry({ ...microsoft, ROSTER_URL: roster.url }, key)
  tenantId = await registry.givenTenant()
})
afterAll(async () => {
  await registry.close()
  await m365.close()
  await roster.close()
})

const path = (id: string) => `/api/v1/tenants/${tenantId}/microsoft-accounts/${id}`
const verify = async (id: string) => (await registry.call(platform, 'POST', `${path(id)}/verify`)).body
const read = async (id: string) => (await registry.call(platform, 'GET', path(id))).body
type Check = {
  id: string
  status: string
  code?: string
  message: string
  remedy: string
  link?: string
  correlationId?: string
}
const statuses = (checks: Check[]) => checks.map(({ id, status }) => `${id} ${status}`)
const find = (checks: Check[], id: string) => checks.find((check) => check.id === id) as Check
const account = (members: object) => registry.givenAccount(tenantId, members)

test('S27 a correct account passes every check, becomes ready and enabled, and the test is audited', async () => {
  const { ids, credential } = givenDirectory(m365, { redirectUris: [CALLBACK] })
  const { id } = await account({ ...ids, credential })
  const result = await verify(id)
  expect(result.ok).toBe(true)
  expect(statuses(result.checks)).toEqual([
    'directory passed',
    'credential passed',
    'consent passed',
    'users passed',
    'permissions passed',
    'redirect-uris passed',
    'changes passed',
    'notifications skipped',
  ])
  expect(await read(id)).toMatchObject({ status: 'ready', enabled: true, lastVerifiedAt: result.checkedAt })
  const event = (await registry.auditEvents('microsoft-account.verify')).find(
    (item: { target: string }) => item.target === id,
  )
  expect(event).toMatchObject({ tenantId, actor: platform.sub, outcome: 'success', requestId: expect.any(String) })
})

test('S15 S27 without a saved secret the test says so and the account stays a draft', async () => {
  const { ids } = givenDirectory(m365, { redirectUris: [CALLBACK] })
  const { id } = await account(ids)
  const { ok, checks } = await verify(id)
  expect(ok).toBe(false)
  expect(find(checks, 'credential')).toMatchObject({
    status: 'failed',
    message: expect.stringContaining('No client secret has been saved'),
  })
  expect(find(checks, 'redirect-uris').status).toBe('passed')
  expect((await read(id)).status).toBe('draft')
})

test('FC-35 a proxy’s 403 page in place of Graph’s answer is reported as malformed, not as a missing permission', async () => {
  const { ids, credential } = givenDirectory(m365, { redirectUris: [CALLBACK] })
  const { id } = await account({ ...ids, credential })
  m365.faults.plan({ path: '^/v1\\.0/users$', effect: { kind: 'foreign-answer', status: 403 } })
  const { ok, checks } = await verify(id)
  m365.faults.clear()
  expect([ok, find(checks, 'users')]).toMatchObject([
    false,
    { status: 'failed', message: expect.stringContaining('makes no sense') },
  ])
})

test('S27 a wrong secret is explained as AADSTS7000215 with remedy, correlation id and link', async () => {
  const { ids } = givenDirectory(m365)
  const { id } = await account({ ...ids, credential: { type: 'secret', secret: aSecret(), expiresAt: inDays(9) } })
  const { checks } = await verify(id)
  expect(find(checks, 'credential')).toEqual({
    id: 'credential',
    status: 'failed',
    code: 'AADSTS7000215',
    message: 'Entra ID does not accept the client secret.',
    remedy: expect.stringContaining('Value'),
    correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    link: `${m365.origin}/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Credentials/appId/${ids.clientId}`,
  })
  expect(statuses(checks).slice(2, 5)).toEqual(['consent skipped', 'users skipped', 'permissions skipped'])
})

test('S27 an expired secret is explained as AADSTS7000222', async () => {
  const { ids, credential } = givenDirectory(m365, { expiresAt: inDays(-1) })
  const { id } = await account({ ...ids, credential })
  const { checks } = await verify(id)
  expect(find(checks, 'credential')).toMatchObject({ code: 'AADSTS7000222', message: 'The client secret has expired.' })
})

test('S27 an unknown application is explained as AADSTS700016', async () => {
  const { ids, credential } = givenDirectory(m365)
  const { id } = await account({ ...ids, clientId: guid(), credential })
  const { checks } = await verify(id)
  expect(find(checks, 'credential')).toMatchObject({ status: 'failed', code: 'AADSTS700016' })
  expect(find(checks, 'redirect-uris').status).toBe('skipped')
})

test('S27 an unknown directory fails the first check and skips the rest', async () => {
  const { credential, ids } = givenDirectory(m365)
  const { id } = await account({ clientId: ids.clientId, directoryId: guid(), credential })
  const { checks } = await verify(id)
  expect(find(checks, 'directory')).toMatchObject({
    status: 'failed',
    code: 'AADSTS90002',
    message: 'There is no directory with this id.',
  })
  expect(checks.slice(1).every((check: Check) => check.status === 'skipped')).toBe(true)
})

test('S27 a directory of another cloud is found out, and the cloud to choose is named', async () => {
  const directoryId = guid()
  m365.addDirectory({
    id: directoryId,
    displayName: 'Elsewhere',
    domains: [`${directoryId}.example`],
    nationalCloud: 'microsoftonline.us',
  })
  const { id } = await account({ directoryId })
  const { ok, checks } = await verify(id)
  expect(ok).toBe(false)
  expect(find(checks, 'directory')).toMatchObject({
    status: 'failed',
    message: 'The directory is in another Microsoft cloud.',
  })
  expect(find(checks, 'directory').remedy).toContain('Microsoft 365 GCC High” (us-gov)')
})

test('S14 swapped ids are recognised and said plainly', async () => {
  const { ids, credential } = givenDirectory(m365)
  const { id } = await account({ clientId: ids.directoryId, directoryId: ids.clientId, credential })
  const { checks } = await verify(id)
  expect(find(checks, 'directory').message).toContain('swapped')
  expect(find(checks, 'directory').remedy).toContain('Exchange')
})

test('S22 S23 without consent the test says so, and turns green after consent without entering anything again', async () => {
  const { directory, ids, credential } = givenDirectory(m365, { redirectUris: [CALLBACK], roles: [] })
  const { id } = await account({ ...ids, credential })
  const { checks } = await verify(id)
  expect(find(checks, 'consent')).toMatchObject({
    status: 'failed',
    code: 'Authorization_RequestDenied',
    link: expect.stringContaining('CallAnAPI'),
  })
  expect(find(checks, 'consent').remedy).toContain('Privileged Role Administrator')
  directory.grantConsent(ids.clientId, { roles: ['User.Read.All'] })
  expect((await verify(id)).ok).toBe(true)
})

test('S22 a missing User.Read.All beside other consented permissions is named', async () => {
  const { ids, credential } = givenDirectory(m365, { roles: ['Group.Read.All'] })
  const { id } = await account({ ...ids, credential })
  const { checks } = await verify(id)
  expect(find(checks, 'permissions')).toMatchObject({
    status: 'failed',
    message: expect.stringContaining('Group.Read.All'),
  })
})

test('S22 surplus permissions are a warning that names them, and the account is ready', async () => {
  const { ids, credential } = givenDirectory(m365, { redirectUris: [CALLBACK], roles: ['User.Read.All', 'Mail.Read'] })
  const { id } = await account({ ...ids, credential })
  const { ok, checks } = await verify(id)
  expect(ok).toBe(true)
  expect(find(checks, 'permissions')).toMatchObject({
    status: 'warning',
    message: expect.stringContaining('Mail.Read'),
  })
})

test('S22 the permission that import rules by group need is not surplus', async () => {
  const { ids, credential } = givenDirectory(m365, {
    redirectUris: [CALLBACK],
    roles: ['User.Read.All', 'GroupMember.Read.All'],
  })
  const { id } = await account({ ...ids, credential })
  const { ok, checks } = await verify(id)
  expect(ok).toBe(true)
  expect(find(checks, 'permissions')).toMatchObject({
    status: 'passed',
    message: expect.stringContaining('GroupMember.Read.All'),
  })
})

test('S19 S27 a redirect URI that is not registered is named', async () => {
  const { ids, credential } = givenDirectory(m365, { redirectUris: [`${CALLBACK}/other`] })
  const { id } = await account({ ...ids, credential })
  const { ok, checks } = await verify(id)
  expect(ok).toBe(false)
  expect(find(checks, 'redirect-uris')).toMatchObject({
    status: 'failed',
    code: 'AADSTS50011',
    message: `Not registered: ${CALLBACK}`,
    correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
})

test('an account that was ready once is failing but stays enabled, and is ready again when mended', async () => {
  const { directory, ids, credential } = givenDirectory(m365, { redirectUris: [CALLBACK] })
  const { id } = await account({ ...ids, credential })
  await verify(id)
  directory.withdrawConsent(ids.clientId, ['User.Read.All'])
  expect((await verify(id)).ok).toBe(false)
  expect(await read(id)).toMatchObject({ status: 'failing', enabled: true })
  directory.grantConsent(ids.clientId, { roles: ['User.Read.All'] })
  await verify(id)
  expect(await read(id)).toMatchObject({ status: 'ready', enabled: true })
})

test('T-93 a new secret keeps a ready account enabled; another client id makes it a draft again', async () => {
  const { ids, credential } = givenDirectory(m365, { redirectUris: [CALLBACK] })
  const { id } = await account({ ...ids, credential })
  await verify(id)
  const renewed = await registry.call(platform, 'PUT', `${path(id)}/credential`, credential)
  expect(renewed.body).toMatchObject({ status: 'ready', enabled: true, lastVerifiedAt: null })
  const moved = await registry.call(platform, 'PATCH', path(id), { clientId: guid() })
  expect(moved.body).toMatchObject({ status: 'draft', enabled: false })
})

test('a disabled account can be tested and stays disabled', async () => {
  const { ids, credential } = givenDirectory(m365, { redirectUris: [CALLBACK] })
  const { id } = await account({ ...ids, credential })
  await registry.call(platform, 'PATCH', path(id), { status: 'disabled' })
  expect((await verify(id)).ok).toBe(true)
  expect(await read(id)).toMatchObject({ status: 'disabled', enabled: false })
})

test('T-115 with Microsoft down the test answers 200 and says what cannot be reached', async () => {
  const down = await startMicrosoft()
  const cutOff = await startRegistry({ MICROSOFT_LOGIN_URL: down.origin, MICROSOFT_GRAPH_URL: down.origin })
  await down.close()
  const tenant = await cutOff.givenTenant()
  const { id } = await cutOff.givenAccount(tenant)
  const answer = await cutOff.call(platform, 'POST', `/api/v1/tenants/${tenant}/microsoft-accounts/${id}/verify`)
  expect(answer.status).toBe(200)
  expect(answer.body.checks[0]).toMatchObject({
    id: 'directory',
    status: 'failed',
    message: 'Entra ID could not be reached.',
  })
  await cutOff.close()
})

test('FC-38 S22 a multi-tenant application without consent in the directory fails for that reason, and passes once it has it', async () => {
  const home = givenDirectory(m365)
  const customer = guid()
  const directory = m365.addDirectory({ id: customer, displayName: 'Customer', domains: [`${customer}.example`] })
  home.directory.changeApplication(home.ids.clientId, {
    signInAudience: 'AzureADMultipleOrgs',
    redirectUris: { web: [CALLBACK], spa: [], publicClient: [] },
  })
  const { id } = await account({ ...home.ids, directoryId: customer, credential: home.credential })
  const { checks } = await verify(id)
  expect(find(checks, 'credential')).toMatchObject({ status: 'skipped' })
  expect(find(checks, 'consent')).toMatchObject({
    status: 'failed',
    code: 'AADSTS7000229',
    message: 'Nobody has consented to the application in this directory yet.',
    correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
  directory.grantConsent(home.ids.clientId, { roles: ['User.Read.All'] })
  expect((await verify(id)).ok).toBe(true)
})

test.each(['clientId', 'directoryId'])('FC-38 a %s of zeros is refused when it is saved', async (name) => {
  const { status, body } = await registry.call(platform, 'POST', `/api/v1/tenants/${tenantId}/microsoft-accounts`, {
    alias: 'zeros',
    clientId: guid(),
    directoryId: guid(),
    [name]: '00000000-0000-0000-0000-000000000000',
  })
  expect([status, body.code]).toEqual([400, 'invalid-request'])
  expect(JSON.stringify(body)).toContain('not zeros')
})
