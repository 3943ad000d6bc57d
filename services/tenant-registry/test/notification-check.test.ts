import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import {
  type NotificationHealth,
  NotificationHealth as Schema,
} from '@jackfield/contract/microsoft/notification-health'
import type { Check } from '@jackfield/contract/microsoft/verification'
import { createServer } from '@jackfield/http-server/create-server'
import { internalTokenPlugin, requireService } from '@jackfield/internal-token/internal-token-plugin'
import { findFreePort } from '@jackfield/local-stores/free-port'
import type { M365Emulator } from '@jackfield/m365-emulator/emulator'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { givenDirectory, startMicrosoft } from './emulated-directory.ts'
import { BASE_URL, platform, type Registry, startRegistry } from './registry.ts'

const CALLBACK = `${BASE_URL}/auth/microsoft/callback`
const key = randomBytes(32)
const HEALTHY: NotificationHealth = {
  isConfigured: true,
  subscription: {
    since: '2026-01-01T00:00:00.000Z',
    until: '2999-01-01T00:00:00.000Z',
    lastNotifiedAt: null,
    isQuiet: false,
    failure: null,
  },
}
/** How the roster answers, and what it was asked. */
const roster = { answer: async (): Promise<unknown> => HEALTHY, asked: [] as string[] }
const rosterService = createServer({ name: 'user-sync-worker', logLevel: 'silent', healthChecks: {} })
let registry: Registry
let m365: M365Emulator
let tenantId: string
beforeAll(async () => {
  await rosterService.register(internalTokenPlugin, { audience: 'user-sync-worker', keys: [key] })
  rosterService.addHook('onRequest', requireService)
  rosterService.post('/internal/*', async (request) => {
    roster.asked.push(request.url)
    return roster.answer()
  })
  const port = await findFreePort()
  await rosterService.listen({ host: '127.0.0.1', port })
  m365 = await startMicrosoft()
  const microsoft = { MICROSOFT_LOGIN_URL: m365.origin, MICROSOFT_GRAPH_URL: m365.origin }
  registry = await startRegistry({ ...microsoft, ROSTER_URL: `http://127.0.0.1:${port}` }, key)
  tenantId = await registry.givenTenant()
})
afterAll(async () => {
  await registry.close()
  await rosterService.close()
  await m365.close()
})
beforeEach(() => Object.assign(roster, { answer: async () => HEALTHY, asked: [] }))

async function givenAccount(): Promise<string> {
  const { ids, credential } = givenDirectory(m365, { redirectUris: [CALLBACK] })
  return (await registry.givenAccount(tenantId, { ...ids, credential })).id
}
async function verify(id: string) {
  const answer = await registry.call(platform, 'POST', `/api/v1/tenants/${tenantId}/microsoft-accounts/${id}/verify`)
  expect(answer.status).toBe(200)
  const checks: Check[] = answer.body.checks
  return { ok: answer.body.ok, notifications: checks.find((check) => check.id === 'notifications') }
}
const read = async (id: string) =>
  (await registry.call(platform, 'GET', `/api/v1/tenants/${tenantId}/microsoft-accounts/${id}`)).body

test('S44 the connection test asks the roster about the account’s notifications', async () => {
  const id = await givenAccount()
  expect(await verify(id)).toMatchObject({ ok: true, notifications: { status: 'passed' } })
  expect(roster.asked).toEqual([`/internal/tenants/${tenantId}/microsoft-accounts/${id}/notification-check`])
})

test('S44 S27 an error of Graph is a warning: the account is enabled and keeps the finding', async () => {
  const failure = {
    kind: 'address-unreachable',
    code: 'ValidationError',
    words: 'Subscription validation request failed.',
    at: '2026-01-01T00:00:00.000Z',
  }
  roster.answer = async () =>
    Schema.parse({ ...HEALTHY, subscription: { ...HEALTHY.subscription, until: null, failure } })
  const id = await givenAccount()
  expect(await verify(id)).toMatchObject({ ok: true, notifications: { status: 'warning', code: 'ValidationError' } })
  expect(await read(id)).toMatchObject({
    status: 'ready',
    enabled: true,
    warnings: [{ code: 'check-warning', check: 'notifications' }],
  })
})

test.each<[string, () => Promise<unknown>]>([
  ['is down', async () => Promise.reject(Object.assign(new Error('down'), { code: 'ECONNREFUSED' }))],
  ['answers what it never should', async () => ({ isConfigured: 'perhaps' })],
  ['does not know the route yet', async () => Promise.reject(Object.assign(new Error('unknown'), { statusCode: 404 }))],
  ['refuses', async () => Promise.reject(Object.assign(new Error('refused'), { statusCode: 400 }))],
  ['does not answer in time', async () => wait(3_000)],
])('S44 T-115 a roster that %s skips the check and no other', async (_what, answer) => {
  roster.answer = answer
  const id = await givenAccount()
  const before = Date.now()
  expect(await verify(id)).toMatchObject({
    ok: true,
    notifications: { status: 'skipped', message: expect.stringContaining('roster does not answer') },
  })
  expect(Date.now() - before).toBeLessThan(4_000)
  expect(await read(id)).toMatchObject({ status: 'ready', enabled: true, warnings: [] })
})
