import { type M365Emulator, startEmulator } from '@jackfield/m365-emulator/emulator'
import type { FaultInput } from '@jackfield/m365-emulator/faults/fault'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { givenDirectory, startMicrosoft } from './emulated-directory.ts'
import { BASE_URL, platform, type Registry, startRegistry } from './registry.ts'

/* What the connection test says while Entra ID refuses by policy, is busy, or answers nonsense. */

let registry: Registry
let m365: M365Emulator
let tenantId: string
beforeAll(async () => {
  m365 = await startMicrosoft()
  registry = await startRegistry({ MICROSOFT_LOGIN_URL: m365.origin, MICROSOFT_GRAPH_URL: m365.origin })
  tenantId = await registry.givenTenant()
})
afterEach(() => m365.faults.clear())
afterAll(async () => {
  await registry.close()
  await m365.close()
})

type Check = { id: string; status: string; code?: string; message: string; remedy: string; correlationId?: string }

async function givenAccount(members: { usersDelta?: boolean } = {}) {
  const redirectUris = [`${BASE_URL}/auth/microsoft/callback`]
  const { directory, ids, credential } = givenDirectory(m365, { redirectUris, ...members })
  const { id } = await registry.givenAccount(tenantId, { ...ids, credential })
  const verify = async (): Promise<{ ok: boolean; checks: Check[] }> =>
    (await registry.call(platform, 'POST', `/api/v1/tenants/${tenantId}/microsoft-accounts/${id}/verify`)).body
  const check = async (name: string) => (await verify()).checks.find((each) => each.id === name) as Check
  const path = `/api/v1/tenants/${tenantId}/microsoft-accounts/${id}`
  const read = async () => (await registry.call(platform, 'GET', path)).body
  return { directory, verify, check, read }
}

test('S27 a policy for workload identities that blocks the application is named, with where to look', async () => {
  const { directory, verify, check } = await givenAccount()
  directory.setConditionalAccess([{ appliesTo: 'workloads', grant: 'block' }])
  expect(await check('credential')).toMatchObject({
    status: 'failed',
    code: 'AADSTS53003',
    message: 'A Conditional Access policy blocks this sign-in.',
    remedy: expect.stringContaining('sign-in log'),
    correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
  directory.setConditionalAccess([])
  expect((await verify()).ok).toBe(true)
})

test('S27 Graph’s challenge for claims is told as Conditional Access, and the token of another cloud as that', async () => {
  const { check } = await givenAccount()
  m365.faults.plan({ path: '^/v1\\.0/users$', count: 1, effect: { kind: 'claims-challenge' } })
  expect(await check('users')).toMatchObject({
    status: 'failed',
    code: 'InvalidAuthenticationToken',
    message: 'A Conditional Access policy blocks this sign-in.',
  })
  const effect = { kind: 'refuse', status: 401, message: 'InvalidCloudInstance' } as const
  m365.faults.plan({ path: '^/v1\\.0/users$', count: 1, effect })
  expect(await check('users')).toMatchObject({
    status: 'failed',
    message: 'The directory is in another Microsoft cloud.',
    remedy: 'Choose that cloud for this account.',
  })
})

const OUTAGES: ReadonlyArray<[string, FaultInput['effect'], Partial<Check>]> = [
  [
    '429 with Retry-After',
    { kind: 'refuse', status: 429, retryAfter: 60 },
    { code: 'AADSTS90033', message: 'Entra ID is busy or down for the moment.' },
  ],
  [
    '503',
    { kind: 'refuse', status: 503 },
    { code: 'AADSTS90033', message: 'Entra ID is busy or down for the moment.' },
  ],
  ['a loop', { kind: 'aadsts', code: 50196, error: 'invalid_grant' }, { code: 'AADSTS50196' }],
  [
    'a proxy’s page',
    { kind: 'foreign-answer', status: 502 },
    { message: 'Entra ID gave an answer that makes no sense.' },
  ],
  ['an answer that is cut', { kind: 'cut' }, {}],
  ['half a document', { kind: 'malformed' }, { message: 'Entra ID gave an answer that makes no sense.' }],
]
test.each(OUTAGES)(
  'S27 T-115 %s at the token endpoint fails the credential with a reason, and the next test passes',
  async (_what, effect, expected) => {
    const { verify, check } = await givenAccount()
    m365.faults.plan({ path: '/oauth2/v2\\.0/token$', effect })
    const failed = await check('credential')
    expect(failed).toMatchObject({ status: 'failed', ...expected })
    expect(`${failed.message} ${failed.remedy}`).toMatch(/[.]$/)
    expect(`${failed.message} ${failed.remedy}`).not.toMatch(/undefined|SyntaxError|fetch failed/)
    m365.faults.clear()
    expect((await verify()).ok).toBe(true)
  },
)

test('S14 S27 a directory that is refused without a number, in either form of errors, is told as unknown', async () => {
  const { check } = await givenAccount()
  for (const body of ['{"error":"invalid_tenant"}', '{"error":{"code":"invalid_tenant","message":"Unknown."}}']) {
    m365.faults.plan({
      path: '/\\.well-known/openid-configuration$',
      count: 2,
      effect: { kind: 'foreign-answer', status: 404, body },
    })
    expect(await check('directory')).toMatchObject({
      status: 'failed',
      message: 'There is no directory with this id.',
    })
  }
})

test.each([700038, 70001, 700011])(
  'FC-38 S27 with the application refused as AADSTS%d no redirect URI is judged',
  async (code) => {
    const { check } = await givenAccount()
    const effect = { kind: 'aadsts', code, error: 'unauthorized_client' } as const
    m365.faults.plan({ path: '/oauth2/v2\\.0/token$', effect })
    expect(await check('redirect-uris')).toMatchObject({ status: 'skipped' })
  },
)

test('S27 T-115 discovery that is busy, cut or somebody else’s page fails the directory with a reason', async () => {
  const { verify, check } = await givenAccount()
  for (const effect of [
    { kind: 'refuse', status: 503 },
    { kind: 'cut' },
    { kind: 'foreign-answer', status: 200 },
  ] as const) {
    m365.faults.plan({ path: '/\\.well-known/openid-configuration$', effect })
    expect(await check('directory')).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/^Entra ID .*\.$/),
    })
    m365.faults.clear()
  }
  expect((await verify()).ok).toBe(true)
})

test('FC-39 an empty 429 at the token endpoint is told as a wait, not as nonsense', async () => {
  const { check, verify } = await givenAccount()
  m365.faults.plan({ path: '/oauth2/v2\\.0/token$', effect: { kind: 'foreign-answer', status: 429, body: '' } })
  expect(await check('credential')).toMatchObject({
    status: 'failed',
    code: 'throttled',
    message: 'Entra ID asks to send fewer requests.',
    remedy: expect.stringContaining('Test again in 10 seconds'),
  })
  m365.faults.clear()
  expect((await verify()).ok).toBe(true)
})

test('FC-39 a directory that tells no changes is found by the test, which passes with a note for the account', async () => {
  const { checks } = await (await givenAccount()).verify()
  expect(checks.find(({ id }) => id === 'changes')).toMatchObject({ status: 'passed' })
  const { check, verify, read } = await givenAccount({ usersDelta: false })
  expect(await check('changes')).toMatchObject({
    status: 'warning',
    code: 'Request_UnsupportedQuery',
    message: expect.stringContaining('The whole directory is compared each time instead'),
  })
  expect((await verify()).ok).toBe(true)
  expect(await read()).toMatchObject({
    status: 'ready',
    warnings: [{ code: 'check-warning', check: 'changes', severity: 'info' }],
  })
})

describe('FC-39 a certificate that is not trusted', () => {
  let inspected: M365Emulator
  beforeAll(async () => {
    inspected = await startEmulator({ directories: [], https: true })
  })
  afterAll(() => inspected.close())

  test.each([
    ['Entra ID', 'directory', 'MICROSOFT_LOGIN_URL'],
    ['Microsoft Graph', 'users', 'MICROSOFT_GRAPH_URL'],
  ])('of the host of %s is named by the check %s, with what to do', async (who, id, setting) => {
    const origins = { MICROSOFT_LOGIN_URL: m365.origin, MICROSOFT_GRAPH_URL: m365.origin }
    const other = await startRegistry({ ...origins, [setting]: inspected.origin })
    const tenant = await other.givenTenant()
    const { ids, credential } = givenDirectory(m365, {})
    const account = await other.givenAccount(tenant, { ...ids, credential })
    const path = `/api/v1/tenants/${tenant}/microsoft-accounts/${account.id}/verify`
    const { checks } = (await other.call(platform, 'POST', path)).body as { checks: Check[] }
    await other.close()
    expect(checks.find((each) => each.id === id)).toMatchObject({
      status: 'failed',
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      message: `The certificate that came from the host of ${who} is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT).`,
      remedy: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    })
  })
})

test.each(['token_endpoint', 'authorization_endpoint', 'jwks_uri', 'userinfo_endpoint', 'end_session_endpoint'])(
  'T-121 a discovery document whose %s is on another origin fails the test, and no credential is sent',
  async (property) => {
    const { directory, verify } = await givenAccount()
    m365.faults.plan({
      path: '/openid-configuration$',
      directory: directory.id,
      effect: { kind: 'odd-property', property, value: 'https://login.evil.example/x' },
    })
    const { ok, checks } = await verify()
    expect([ok, checks[0]]).toMatchObject([
      false,
      {
        id: 'directory',
        status: 'failed',
        message:
          'What came as Entra ID’s description of itself leads to an address elsewhere, so nothing was sent there.',
        remedy: expect.stringContaining('a proxy'),
      },
    ])
    expect(checks.slice(1).every(({ status }) => status === 'skipped')).toBe(true)
    expect(m365.requests.count('POST /:tenant/oauth2/v2.0/token', directory.id)).toBe(0)
    m365.faults.clear()
    expect((await verify()).ok).toBe(true)
  },
)

test('FC-09 a clock that is minutes behind Microsoft’s fails the test and is named', async () => {
  const { directory, check, verify } = await givenAccount()
  expect((await verify()).ok).toBe(true)
  directory.advanceTime(240_000)
  expect(await check('directory')).toEqual({
    id: 'directory',
    status: 'failed',
    code: 'clock',
    message: 'The server’s clock is 4 minutes behind Microsoft’s.',
    remedy: 'Let whoever runs the platform set the clock, and look at its time synchronisation (NTP).',
  })
  expect((await verify()).ok).toBe(false)
})
