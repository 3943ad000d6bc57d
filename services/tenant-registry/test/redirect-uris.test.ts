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
})
afterAll(async () => {
  await registry.close()
  await m365.close()
})

async function redirectUriCheck(id: string) {
  const { body } = await registry.call(platform, 'POST', `/api/v1/tenants/${tenantId}/microsoft-accounts/${id}/verify`)
  return body.checks.find((check: { id: string }) => check.id === 'redirect-uris')
}

test('S21 a redirect URI that is not saved yet is told apart from one under the wrong platform', async () => {
  const unsaved = givenDirectory(m365)
  const notSaved = await registry.givenAccount(tenantId, { ...unsaved.ids, credential: unsaved.credential })
  expect(await redirectUriCheck(notSaved.id)).toMatchObject({
    status: 'failed',
    code: 'AADSTS50011',
    message: `Not registered: ${CALLBACK}`,
    correlationId: expect.any(String),
  })
  const elsewhere = givenDirectory(m365, { spaRedirectUris: [CALLBACK] })
  const displaced = await registry.givenAccount(tenantId, { ...elsewhere.ids, credential: elsewhere.credential })
  expect(await redirectUriCheck(displaced.id)).toMatchObject({
    status: 'failed',
    code: 'AADSTS9002325',
    message: `Registered under the wrong platform, Single-page application: ${CALLBACK}`,
    remedy: 'Move them to the platform Web in Authentication, or choose Single-page application here.',
  })
})

test('S11 S21 an account for the platform of single-page applications passes with its URI there, and is warned with it under Web', async () => {
  const right = givenDirectory(m365, { spaRedirectUris: [CALLBACK] })
  const spa = await registry.givenAccount(tenantId, { ...right.ids, credential: right.credential, redirectPlatform: 'spa' })
  expect(await redirectUriCheck(spa.id)).toMatchObject({ status: 'passed' })
  const wrong = givenDirectory(m365, { redirectUris: [CALLBACK] })
  const web = await registry.givenAccount(tenantId, { ...wrong.ids, credential: wrong.credential, redirectPlatform: 'spa' })
  expect(await redirectUriCheck(web.id)).toMatchObject({ status: 'warning', message: expect.stringContaining('not under Single-page') })
})
