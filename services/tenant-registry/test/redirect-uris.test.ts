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

async function redirectUriCheck(id: string, tenant = tenantId) {
  const { body } = await registry.call(platform, 'POST', `/api/v1/tenants/${tenant}/microsoft-accounts/${id}/verify`)
  return body.checks.find((check: { id: string }) => check.id === 'redirect-uris')
}

test('S21 a redirect URI that is not saved yet is distinguished from one under the wrong platform', async () => {
  const unsaved = givenDirectory(m365)
  const notSaved = await registry.givenAccount(tenantId, { ...unsaved.ids, credential: unsaved.credential })
  expect(await redirectUriCheck(notSaved.id)).toMatchObject({
    status: 'failed',
    code: 'AADSTS50011',
    message: `Not registered: ${CALLBACK}`,
    correlationId: expect.any(String),
  })
  m365.entra.pkceRefusal = 'at-once'
  const elsewhere = givenDirectory(m365, { spaRedirectUris: [CALLBACK] })
  const displaced = await registry.givenAccount(tenantId, { ...elsewhere.ids, credential: elsewhere.credential })
  const check = await redirectUriCheck(displaced.id)
  m365.entra.pkceRefusal = 'after-sign-in'
  expect(check).toMatchObject({
    status: 'failed',
    code: 'AADSTS9002325',
    message: `Registered under the wrong platform, Single-page application: ${CALLBACK}`,
    remedy: 'Move them to the platform Web in Authentication, or choose Single-page application here.',
  })
})

test('S11 S21 Entra ID shows the platform only after a sign-in: both platforms pass, and the check says what it did not see', async () => {
  const right = givenDirectory(m365, { spaRedirectUris: [CALLBACK] })
  const spa = await registry.givenAccount(tenantId, {
    ...right.ids,
    credential: right.credential,
    redirectPlatform: 'spa',
  })
  const message = expect.stringContaining('shows the platform only to somebody who signs in')
  expect(await redirectUriCheck(spa.id)).toMatchObject({ status: 'passed', message })
  const wrong = givenDirectory(m365, { redirectUris: [CALLBACK] })
  const web = await registry.givenAccount(tenantId, {
    ...wrong.ids,
    credential: wrong.credential,
    redirectPlatform: 'spa',
  })
  expect(await redirectUriCheck(web.id)).toMatchObject({ status: 'passed', message })
})

test('S20 a changed slug and a new custom host mark the list outdated and show the difference only, until Entra ID has it', async () => {
  const app = {
    name: 'Web',
    tenantUrl: 'https://{tenant}.phone.example/web',
    callbackPaths: ['/web/cb'],
    kind: 'browser',
  }
  expect((await registry.call(platform, 'PUT', '/api/v1/apps/web', app)).status).toBeLessThan(300)
  const moving = await registry.givenTenant({ slug: 'before' })
  const path = `/api/v1/tenants/${moving}`
  const { ids, credential, directory } = givenDirectory(m365)
  const { id } = await registry.givenAccount(moving, { ...ids, credential, redirectMode: 'per-app' })
  const list = async () => (await registry.call(platform, 'GET', `${path}/microsoft-accounts/${id}/redirect-uris`)).body
  const save = (web: string[]) =>
    directory.changeApplication(ids.clientId, { redirectUris: { web, spa: [], publicClient: [] } })
  const on = (host: string) => `https://${host}/auth/microsoft/callback/web`
  const uris = ({ items }: { items: { uri: string }[] }) => items.map(({ uri }) => uri)

  const first = await list()
  expect(first).toMatchObject({ outdated: false, missing: first.items, obsolete: [] })
  save(uris(first))
  expect(await redirectUriCheck(id, moving)).toMatchObject({ status: 'passed' })
  expect(await list()).toMatchObject({ outdated: false, missing: [], obsolete: [] })

  await registry.call(platform, 'PATCH', path, { slug: 'after', customHosts: ['desk.after.localhost'] })
  const changed = await list()
  expect(changed).toMatchObject({
    outdated: true,
    missing: [{ uri: on('after.phone.example'), host: 'tenant' }, { host: 'custom' }],
    obsolete: [on('before.phone.example')],
  })
  save([...uris(first), ...uris({ items: changed.missing })])
  expect(await redirectUriCheck(id, moving)).toMatchObject({ status: 'passed' })
  expect(await list()).toMatchObject({ outdated: true, missing: [], obsolete: [on('before.phone.example')] })
  save(uris(changed))
  expect(await redirectUriCheck(id, moving)).toMatchObject({ status: 'passed' })
  expect(await list()).toMatchObject({ outdated: false, missing: [], obsolete: [] })
})
