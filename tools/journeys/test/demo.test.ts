import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page as ApiPage } from '@jackfield/contract/http/page'
import type { SyncRun } from '@jackfield/contract/microsoft/sync-run'
import type { PhoneUser } from '@jackfield/contract/roster/phone-user'
import type { Tenant } from '@jackfield/contract/tenants/tenant'
import { adminAccess } from '@jackfield/local-platform/admin-access'
import { provideDemo } from '@jackfield/local-platform/demo'
import { DEMO_BINDINGS } from '@jackfield/local-platform/demo-plan'
import { demoRegistration } from '@jackfield/local-platform/demo-registration'
import { ADELE, DEMO_PASSWORD, publishedContosoUsers } from '@jackfield/m365-emulator/demo/contoso'
import { launchChromium } from '@jackfield/test-environment/chromium'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningPlatform, runPlatform } from './running-platform.ts'

/** Names that `npm start` imports: every person of the published directory except three. */
const LEFT_OUT = ['Allan Deyoung', 'Brian Johnson (TAILSPIN)', 'MOD Administrator']
const quiet = { onStep: () => undefined, onRun: (_run: SyncRun) => undefined }
let platform: RunningPlatform
let contoso: Tenant

beforeAll(async () => {
  platform = await runPlatform()
  const api = await adminAccess(platform.addresses.control, platform.settings, platform.dataFolder)
  await provideDemo(api, platform.addresses.base, demoRegistration(), quiet)
  platform.api = api
  const tenants = await api<ApiPage<Tenant>>('GET', '/tenants')
  contoso = tenants.items.find((tenant) => tenant.slug === 'contoso') as Tenant
}, 180_000)
afterAll(() => platform?.end())

const roster = async () =>
  (await platform.api<ApiPage<PhoneUser>>('GET', `/tenants/${contoso.id}/users?limit=200`)).items
const byName = (one: { displayName: string }, other: { displayName: string }) =>
  one.displayName.localeCompare(other.displayName)

test('a first start logs no warning and no stack trace', () => {
  const lines = platform.log().split('\n')
  expect(lines.filter((line) => / \{/.test(line)).length).toBeGreaterThan(20)
  expect(lines.filter((line) => /"level":[456]0|^\S+ +at |Warning/.test(line))).toEqual([])
})

test('S32 S35 the demo imports exactly the ticked people, with the names and phones that Microsoft publishes', async () => {
  const published = publishedContosoUsers() as unknown as PhoneUser[]
  const people = published.filter((user) => user.surname !== null && !LEFT_OUT.includes(user.displayName)).sort(byName)
  const told = ({
    displayName,
    givenName,
    surname,
    userPrincipalName,
    mail,
    businessPhones,
    mobilePhone,
    jobTitle,
  }: PhoneUser) => ({
    displayName,
    givenName,
    surname,
    userPrincipalName,
    mail,
    businessPhones,
    mobilePhone,
    jobTitle,
  })
  const imported = (await roster()).sort(byName)
  expect(imported.map(told)).toEqual(people.map(told))
  expect(imported.length).toBeGreaterThan(15)
})

test('S33 all of them are synced, and all but one may sign in with Microsoft', async () => {
  const users = await roster()
  expect(users.filter((user) => !user.sync)).toEqual([])
  expect(users.filter((user) => !user.sso).map((user) => user.displayName)).toEqual(['Ben Walters'])
})

test('S42 bound people have the extensions that the start prints', async () => {
  const bound = (await roster()).flatMap(({ displayName, bindings }) =>
    bindings.map(({ extension }) => [displayName, extension]),
  )
  expect(Object.fromEntries(bound)).toEqual(DEMO_BINDINGS)
})

test('S39 S40 on the web client’s shared host a work address leads to Microsoft, and the session is of the person’s tenant', async () => {
  const origin = platform.addresses.base.replace('://', '://web.')
  const question = new URLSearchParams({
    client_id: 'web-client',
    redirect_uri: `${origin}/callback.html`,
    response_type: 'code',
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  })
  const chromium = await launchChromium()
  try {
    const page = await (await chromium.newContext()).newPage()
    for (const address of ['nobody@unknown.example', ADELE.userPrincipalName]) {
      await page.goto(`${origin}/auth/authorize?${question}`)
      await page.getByLabel('Your work address').fill(address)
      await page.getByRole('button', { name: 'Continue' }).click()
      if (address !== ADELE.userPrincipalName) await page.getByRole('alert').waitFor()
    }
    await page.getByLabel('Password').fill(DEMO_PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(/callback\.html\?code=/)
    const session = await page.goto(`${origin}/auth/session`)
    expect(await session?.json()).toMatchObject({
      tenant: { slug: 'contoso' },
      user: { name: 'Adele Vance' },
      bindings: [{ extension: '101' }],
    })
    expect((await page.goto(`${platform.addresses.tenant('contoso')}/auth/session`))?.status()).toBe(401)
  } finally {
    await chromium.close()
  }
}, 90_000)

test('S35 a second start imports and changes nothing', async () => {
  const before = await roster()
  // The new subscription requests a delta run at some moment: only imports count here.
  const runs = async () => (await platform.api<ApiPage<SyncRun>>('GET', `/tenants/${contoso.id}/sync-runs`)).items
  const imports = async () => (await runs()).filter(({ kind }) => kind === 'import').map(({ id }) => id)
  const importsBefore = await imports()
  expect(importsBefore).not.toEqual([])
  await provideDemo(platform.api, platform.addresses.base, demoRegistration(), quiet)
  expect(await roster()).toEqual(before)
  expect(await imports()).toEqual(importsBefore)
})

test('a second start uses the key of the first and creates no other', async () => {
  const kept = await readFile(join(platform.dataFolder, 'admin-api-key'), 'utf8')
  await adminAccess(platform.addresses.control, platform.settings, platform.dataFolder)
  expect(kept).toBe(`${platform.settings.adminKey}\n`)
  expect((await platform.api<ApiPage<unknown>>('GET', '/api-keys')).items).toHaveLength(1)
})

test('on a database of another installation the start says so and keeps its own key', async () => {
  const stranger = { ...platform.settings, adminKey: null, bootstrapKey: `jf_bootstrap_${'0'.repeat(43)}` }
  const entered = adminAccess(platform.addresses.control, stranger, platform.dataFolder)
  await expect(entered).rejects.toThrow(/^the database was set up by another installation/)
  expect(await readFile(join(platform.dataFolder, 'admin-api-key'), 'utf8')).toBe(`${platform.settings.adminKey}\n`)
})

test('the start reports a process that dies, with name and exit, and does not restart it silently', async () => {
  process.kill(platform.processId('user-sync-worker'), 'SIGKILL')
  expect(await platform.failed).toBe('user-sync-worker ended by SIGKILL')
  expect((await fetch(`${platform.addresses.roster}/health/live`).catch(() => undefined))?.status).toBeUndefined()
})
