import type { M365Emulator } from '@jackfield/m365-emulator/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CHECK_EVERY_SECONDS, checkDueAccounts } from '../src/jobs/watch-accounts.ts'
import { givenDirectory, startMicrosoft } from './emulated-directory.ts'
import { BASE_URL, platform, type Registry, service, startRegistry } from './registry.ts'

/* FC-13: what a sign-in has shown of the platform, and no connection test sees. */

let registry: Registry
let m365: M365Emulator
let tenantId: string
beforeAll(async () => {
  m365 = await startMicrosoft()
  registry = await startRegistry({ MICROSOFT_LOGIN_URL: m365.origin, MICROSOFT_GRAPH_URL: m365.origin })
  tenantId = await registry.givenTenant()
})
afterAll(async () => {
  await registry.close()
  await m365.close()
})

/** The test by the clock. */
async function tomorrow() {
  registry.clock.offset = CHECK_EVERY_SECONDS * 1000 + 1000
  expect(await checkDueAccounts(registry.ports, registry.app.log)()).toBeGreaterThan(0)
  registry.clock.offset = 0
}

async function givenAccount(redirectPlatform: 'web' | 'spa') {
  const { ids, credential } = givenDirectory(m365, { redirectUris: [`${BASE_URL}/auth/microsoft/callback`] })
  const { id } = await registry.givenAccount(tenantId, { ...ids, credential, redirectPlatform })
  const path = `/tenants/${tenantId}/microsoft-accounts/${id}`
  const verify = async () => (await registry.call(platform, 'POST', `/api/v1${path}/verify`)).body
  const read = async () => (await registry.call(platform, 'GET', `/api/v1${path}`)).body
  const report = async () =>
    (await registry.call(service, 'POST', `/internal${path}/connection/wrong-platform`, {})).status
  const events = async (action: string) =>
    (await registry.auditEvents(action)).filter(({ target }: { target: string }) => target === id)
  expect((await verify()).ok).toBe(true)
  return { verify, read, report, events }
}

test('FC-13 the report turns the light of the account, is audited once, and ends with an administrator’s test', async () => {
  const { verify, read, report, events } = await givenAccount('spa')
  expect([await report(), await report()]).toEqual([200, 200])
  expect(await read()).toMatchObject({
    status: 'failing',
    enabled: true,
    warnings: [
      {
        code: 'check-failed',
        severity: 'critical',
        check: 'redirect-uris',
        message: 'A sign-in has shown that redirect URIs are registered under the platform Web: nobody can sign in.',
        remedy: expect.stringContaining('Single-page application'),
        link: expect.stringContaining('Authentication'),
      },
    ],
  })
  expect(await events('microsoft-account.failing')).toMatchObject([
    { outcome: 'failure', details: { 'redirect-uris': 'AADSTS9002326' } },
  ])
  await tomorrow()
  expect(await read()).toMatchObject({ status: 'failing', warnings: [{ check: 'redirect-uris' }] })
  expect((await verify()).ok).toBe(true)
  expect(await read()).toMatchObject({ status: 'ready', warnings: [] })
})

test('FC-13 a late report about an account of the platform Web changes nothing', async () => {
  const { read, report, events } = await givenAccount('web')
  expect(await report()).toBe(200)
  expect(await read()).toMatchObject({ status: 'ready', warnings: [] })
  expect(await events('microsoft-account.failing')).toEqual([])
})
