import { randomBytes, randomUUID } from 'node:crypto'
import type { SyncFailure } from '@jackfield/contract/microsoft/sync-health'
import type { M365Emulator } from '@jackfield/m365-emulator/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { givenDirectory, startMicrosoft } from './emulated-directory.ts'
import { BASE_URL, inDays, platform, type Registry, service, startRegistry } from './registry.ts'
import { type RosterStandIn, startRosterStandIn } from './roster-stand-in.ts'

const FAILURE: SyncFailure = {
  code: 'microsoft-rejected',
  message: 'Asked for the changes of users, Microsoft Graph refused (Request_BadRequest): “Invalid filter clause.”',
  remedy: 'See what Microsoft says.',
  since: '2026-12-01T08:30:00.000Z',
  failures: 2,
}

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
const read = async (id: string) => (await registry.call(platform, 'GET', path(id))).body
const tell = (id: string, failure: SyncFailure | null, caller = service) =>
  registry.call(caller, 'POST', `/internal/tenants/${tenantId}/microsoft-accounts/${id}/sync-health`, { failure })
const eventsOf = async (action: string, id: string) =>
  (await registry.auditEvents(`microsoft-account.${action}`)).filter(({ target }: { target: string }) => target === id)

async function givenReady() {
  const given = givenDirectory(m365, { redirectUris: [`${BASE_URL}/auth/microsoft/callback`] })
  const { id } = await registry.givenAccount(tenantId, {
    ...given.ids,
    credential: { ...given.credential, expiresAt: inDays(365) },
  })
  expect((await registry.call(platform, 'POST', `${path(id)}/verify`)).body.ok).toBe(true)
  return id as string
}
async function failingByMetrics(): Promise<string | undefined> {
  const { payload } = await registry.app.inject({ method: 'GET', url: '/metrics', headers: { host: '127.0.0.1' } })
  return /^jackfield_microsoft_accounts\{.*status="failing".*\} (\d+)$/m.exec(payload)?.[1]
}

test('FC-34 an account whose runs fail shows since when, why and what to do, stays enabled, and shows nothing after the next success', async () => {
  const id = await givenReady()
  expect((await tell(id, FAILURE)).status).toBe(200)
  const { status, enabled, warnings } = await read(id)
  expect({ status, enabled }).toEqual({ status: 'failing', enabled: true })
  expect(warnings).toEqual([
    {
      code: 'not-in-step',
      severity: 'critical',
      since: FAILURE.since,
      message: `Not in step with the directory since 2026-12-01 08:30 UTC: 2 runs failed in a row. ${FAILURE.message}`,
      remedy: FAILURE.remedy,
    },
  ])
  const { body: list } = await registry.call(platform, 'GET', `/api/v1/tenants/${tenantId}/microsoft-accounts`)
  expect(list.items.find((account: { id: string }) => account.id === id)).toMatchObject({ status: 'failing', warnings })
  expect(await failingByMetrics()).toBe('1')

  expect((await tell(id, null)).status).toBe(200)
  expect(await read(id)).toMatchObject({ status: 'ready', warnings: [] })
  expect(await failingByMetrics()).toBe('0')
})

test('FC-34 S67 the tenant says since when, read alone and in the list, until its accounts are in step again', async () => {
  const tenant = await registry.givenTenant()
  const healths = async () => {
    const one = (await registry.call(platform, 'GET', `/api/v1/tenants/${tenant}`)).body
    const list = (await registry.call(platform, 'GET', '/api/v1/tenants?limit=500')).body
    return [one.health, list.items.find(({ id }: { id: string }) => id === tenant).health]
  }
  const both = (status: string, since: string | null = null) => [
    { status, since },
    { status, since },
  ]
  expect(await healths()).toEqual(both('unconnected'))
  const given = givenDirectory(m365, { redirectUris: [`${BASE_URL}/auth/microsoft/callback`] })
  const credential = { ...given.credential, expiresAt: inDays(365) }
  const { id } = await registry.givenAccount(tenant, { ...given.ids, credential })
  await registry.call(platform, 'POST', `/api/v1/tenants/${tenant}/microsoft-accounts/${id}/verify`)
  expect(await healths()).toEqual(both('ok'))
  const told = (failure: SyncFailure | null) =>
    registry.call(service, 'POST', `/internal/tenants/${tenant}/microsoft-accounts/${id}/sync-health`, { failure })
  await told(FAILURE)
  expect(await healths()).toEqual(both('failing', FAILURE.since))
  await told(null)
  expect(await healths()).toEqual(both('ok'))
})

test('FC-34 one event tells that it began, with its reason, and one that it ended, however often the worker tells', async () => {
  const id = await givenReady()
  for (const failures of [2, 2, 3]) expect((await tell(id, { ...FAILURE, failures })).status).toBe(200)
  expect((await read(id)).warnings[0].message).toContain('3 runs failed in a row')
  const [event, ...more] = await eventsOf('not-in-step', id)
  expect(more).toEqual([])
  const { code, message, since } = FAILURE
  expect(event).toMatchObject({
    actor: 'auth-gateway',
    outcome: 'failure',
    details: { code, message, since, failures: '2' },
  })
  for (const _ of [1, 2]) expect((await tell(id, null)).status).toBe(200)
  expect(await eventsOf('in-step', id)).toMatchObject([{ outcome: 'success' }])
})

test('FC-34 one that is switched off, or connected to another directory, has no such warning', async () => {
  const id = await givenReady()
  await tell(id, FAILURE)
  await registry.call(platform, 'PATCH', path(id), { status: 'disabled' })
  const off = [{ code: 'switched-off' }]
  expect(await read(id)).toMatchObject({ status: 'disabled', warnings: off })
  await registry.call(platform, 'PATCH', path(id), { status: 'draft' })
  expect(await read(id)).toMatchObject({ status: 'draft', warnings: off })

  const other = await givenReady()
  await tell(other, FAILURE)
  await registry.call(platform, 'PATCH', path(other), { directoryId: randomUUID() })
  expect(await read(other)).toMatchObject({ status: 'draft', warnings: [] })
})

test('T-90 only a service may tell, and of an account that is there', async () => {
  const id = await givenReady()
  expect((await tell(id, FAILURE, platform)).status).toBe(403)
  expect((await tell(randomUUID(), FAILURE)).status).toBe(404)
  expect(await read(id)).toMatchObject({ status: 'ready', warnings: [] })
})
