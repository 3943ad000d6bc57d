import { randomBytes, randomUUID } from 'node:crypto'
import type { M365Emulator } from '@jackfield/m365-emulator/emulator'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { givenDirectory, startMicrosoft } from './emulated-directory.ts'
import { BASE_URL, inDays, platform, type Registry, startRegistry } from './registry.ts'
import { type RosterStandIn, startRosterStandIn } from './roster-stand-in.ts'

// T-129: whoever is disabled in a directory that an account no longer follows must not stay signed in unnoticed.

const key = randomBytes(32)
let registry: Registry
let m365: M365Emulator
let roster: RosterStandIn
let tenantId: string
beforeAll(async () => {
  m365 = await startMicrosoft()
  roster = await startRosterStandIn(key)
  const microsoft = { MICROSOFT_LOGIN_URL: m365.origin, MICROSOFT_GRAPH_URL: m365.origin }
  registry = await startRegistry({ ...microsoft, ROSTER_URL: roster.url }, key)
  tenantId = await registry.givenTenant()
})
beforeEach(() => {
  roster.reset()
  registry.clock.offset = 0
})
afterAll(async () => {
  await registry.close()
  await m365.close()
  await roster.close()
})

const path = (id: string) => `/api/v1/tenants/${tenantId}/microsoft-accounts/${id}`
const read = async (id: string) => (await registry.call(platform, 'GET', path(id))).body
const change = (id: string, patch: object) => registry.call(platform, 'PATCH', path(id), patch)
const eventsOf = async (action: string, id: string) =>
  (await registry.auditEvents(`microsoft-account.${action}`)).filter(({ target }: { target: string }) => target === id)
const draft = () => {
  const given = givenDirectory(m365, { redirectUris: [`${BASE_URL}/auth/microsoft/callback`] })
  return { ...given.ids, credential: { ...given.credential, expiresAt: inDays(365) } }
}
async function givenReady(): Promise<string> {
  const { id } = await registry.givenAccount(tenantId, draft())
  await verify(id)
  roster.reset()
  return id
}
async function verify(id: string, request?: object) {
  expect((await registry.call(platform, 'POST', `${path(id)}/verify`, request)).body.ok).toBe(true)
}

test.each([
  ['directory', () => ({ directoryId: randomUUID() })],
  ['registration', () => ({ clientId: randomUUID() })],
  ['cloud', () => ({ cloud: 'china' })],
])(
  'FC-30 T-129 another %s is a removal followed by a connection: its people are disconnected first',
  async (_, patch) => {
    const id = await givenReady()
    let meanwhile: unknown
    roster.meanwhile = async () => {
      meanwhile = await read(id)
    }
    const other = patch()
    const { status, body } = await change(id, { alias: `Moved ${id}`, ...other })
    expect([status, body]).toMatchObject([200, { ...other, status: 'draft', enabled: false, warnings: [] }])
    expect(roster.asked).toEqual([`POST ${id}/disconnect`])
    expect(meanwhile).toMatchObject({ status: 'disabled', enabled: false, alias: `Moved ${id}` })
    expect(meanwhile).not.toMatchObject(other)
    expect(await eventsOf('switch-off', id)).toHaveLength(1)
    expect(await eventsOf('change', id)).toMatchObject([{ details: { people: 'disconnected', status: 'draft' } }])
  },
)

test('FC-30 T-115 while the roster is down an account is switched off and not moved; asking again finishes it', async () => {
  const id = await givenReady()
  const { directoryId: before } = await read(id)
  const directoryId = randomUUID()
  roster.down = true
  expect(await change(id, { directoryId })).toMatchObject({ status: 503, body: { code: 'roster-unavailable' } })
  expect(await read(id)).toMatchObject({
    status: 'disabled',
    directoryId: before,
    warnings: [{ code: 'switched-off' }],
  })
  roster.reset()
  expect((await change(id, { directoryId })).status).toBe(200)
  expect(roster.asked).toEqual([`POST ${id}/disconnect`])
  expect(await read(id)).toMatchObject({ status: 'disabled', directoryId, warnings: [] })
})

test('FC-30 an alias that is taken is refused before anybody is disconnected', async () => {
  const id = await givenReady()
  const { alias } = await read(await givenReady())
  expect(await change(id, { alias, directoryId: randomUUID() })).toMatchObject({
    status: 409,
    body: { code: 'alias-taken' },
  })
  expect(await read(id)).toMatchObject({ status: 'ready', enabled: true })
  expect(roster.asked).toEqual([])
})

test('FC-30 a draft that was never ready is changed without the roster, another alias or mode disconnects nobody', async () => {
  roster.down = true
  const { id } = await registry.givenAccount(tenantId, {})
  expect((await change(id, { directoryId: randomUUID() })).status).toBe(200)
  const ready = await givenReady()
  expect((await change(ready, { alias: `Other ${ready}`, redirectMode: 'per-app' })).status).toBe(200)
  expect(roster.asked).toEqual([])
})

test('FC-30 T-129 an account that was switched off and on again to be tested is disconnected, too, when it is moved', async () => {
  const id = await givenReady()
  for (const status of ['disabled', 'draft']) await change(id, { status })
  roster.reset()
  expect((await change(id, { directoryId: randomUUID() })).status).toBe(200)
  expect(roster.asked).toEqual([`POST ${id}/disconnect`])
})

test('FC-30 T-129 a switched-off account says since when disablements do not arrive, in its warnings, the list and one event', async () => {
  const id = await givenReady()
  expect((await change(id, { status: 'disabled' })).status).toBe(200)
  expect(roster.asked).toEqual([])
  const { warnings } = await read(id)
  const since = expect.stringMatching(/^\d{4}-\d\d-\d\dT/)
  expect(warnings).toEqual([
    {
      code: 'switched-off',
      severity: 'warning',
      since,
      message: expect.stringMatching(/^Switched off since .* UTC: disablements no longer arrive\./),
      remedy: expect.stringContaining('end the sessions'),
    },
  ])
  registry.clock.offset = 3_600_000
  await change(id, { alias: `Later ${id}` })
  const { items } = (await registry.call(platform, 'GET', `/api/v1/tenants/${tenantId}/microsoft-accounts`)).body
  expect(items.find((account: { id: string }) => account.id === id).warnings).toEqual(warnings)
  expect(await eventsOf('switch-off', id)).toMatchObject([{ details: { disablements: 'no longer arrive' } }])

  await change(id, { status: 'draft' })
  expect((await read(id)).warnings).toEqual(warnings)
  await verify(id)
  expect(await read(id)).toMatchObject({ status: 'ready', warnings: [] })
  await change(id, { status: 'disabled' })
  await verify(id, { enable: true })
  expect(await read(id)).toMatchObject({ status: 'ready', warnings: [] })
})

test('FC-30 T-129 switching off ends the sessions of its people when the admin says so, also later', async () => {
  const id = await givenReady()
  expect(await change(id, { status: 'disabled', endSessions: true })).toMatchObject({
    status: 200,
    body: { status: 'disabled' },
  })
  expect(roster.asked).toEqual([`POST ${id}/end-sessions`])
  expect(await eventsOf('switch-off', id)).toMatchObject([{ details: { changed: 'status,endSessions' } }])
  expect((await change(id, { status: 'disabled', endSessions: true })).status).toBe(200)
  expect(roster.asked).toHaveLength(2)
  expect(await eventsOf('switch-off', id)).toHaveLength(1)

  roster.down = true
  expect(await change(id, { status: 'disabled', endSessions: true })).toMatchObject({
    status: 503,
    body: { code: 'roster-unavailable' },
  })
})

test.each([{ endSessions: true }, { endSessions: true, status: 'draft' }, { endSessions: false, status: 'disabled' }])(
  'FC-30 T-91 %j is refused, and changes nothing',
  async (patch) => {
    const id = await givenReady()
    expect(await change(id, patch)).toMatchObject({ status: 400, body: { code: 'invalid-request' } })
    expect(await read(id)).toMatchObject({ status: 'ready' })
    expect(roster.asked).toEqual([])
  },
)
