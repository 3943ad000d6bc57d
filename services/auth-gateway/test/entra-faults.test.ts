import { randomUUID } from 'node:crypto'
import type { FaultInput } from '@jackfield/m365-emulator/faults/fault'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Browser, type Page } from './browser.ts'
import {
  ADELE,
  CONTOSO_DIRECTORY_ID,
  givenApp,
  givenConnectedTenant,
  givenGateway,
  givenPerson,
  JACKFIELD_CLIENT_ID,
  type World,
} from './given.ts'
import { givenClient, passMicrosoft, signInAt } from './oidc-client.ts'

/* Entra ID refuses by number, is busy, cut off or answers nonsense, at each of its endpoints. */

let world: World
beforeAll(async () => {
  world = await givenGateway({ rateLimitFactor: 0 })
  givenApp(world, 'web-client')
})
afterAll(() => world.close())
beforeEach(() => {
  world.m365.faults.clear()
  world.m365.directory(CONTOSO_DIRECTORY_ID).setConditionalAccess([])
  world.roster.people.length = 0
  world.registry.audits.length = 0
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
})

const TOKEN = '/oauth2/v2\\.0/token$'
const AUTHORIZE = '/oauth2/v2\\.0/authorize$'
const KEYS = '/discovery/v2\\.0/keys$'
const claims = '{"access_token":{"capolids":{"essential":true,"values":["3b2a"]}}}'

/** A directory whose discovery document and keys are not cached yet. Its only user is in the roster. */
function givenNewDirectory() {
  const id = randomUUID()
  const domain = `${id}.example`
  const directory = world.m365.addDirectory({ id, displayName: 'New', domains: [domain] })
  directory.grantConsent(JACKFIELD_CLIENT_ID)
  const user = directory.addUser({ id: randomUUID(), userPrincipalName: `ada@${domain}`, displayName: 'Ada' })
  const { tenant } = givenConnectedTenant(world, 'contoso', { directoryId: id })
  givenPerson(world, tenant.id, { directoryId: id, objectId: user.id })
  return { directory, userPrincipalName: user.userPrincipalName }
}

/** Signs in while the fault is planned; returns the page at which it ends, and what was audited. */
async function signInDuring(path: string, effect: FaultInput['effect'], userName?: string) {
  const app = await givenClient(world, 'contoso')
  const browser = new Browser()
  const login = await app.begin()
  const atMicrosoft = path === AUTHORIZE ? undefined : await browser.open(login.url)
  world.m365.faults.plan({ path, effect })
  const page = atMicrosoft ? await passMicrosoft(browser, atMicrosoft, userName) : await browser.open(login.url)
  world.m365.faults.clear()
  return { app, browser, login, page, audit: world.registry.audits.at(-1) }
}

/** Microsoft's session may remember the person by now. */
async function tryAgain(browser: Browser, page: Page): Promise<Page> {
  const again = await browser.follow(page, 'Try again')
  return again.status === 0 ? again : passMicrosoft(browser, again)
}

const REFUSALS: ReadonlyArray<[string, string, FaultInput['effect'], string]> = [
  ['blocked by Conditional Access at authorize', AUTHORIZE, { kind: 'aadsts', code: 53003, claims }, 'AADSTS53003'],
  [
    'a second factor wanted at authorize',
    AUTHORIZE,
    { kind: 'aadsts', code: 50076, suberror: 'basic_action', claims },
    'AADSTS50076',
  ],
  [
    'blocked by Conditional Access when the code is redeemed',
    TOKEN,
    { kind: 'aadsts', code: 53003, suberror: 'message_only', claims },
    'AADSTS53003',
  ],
  [
    'no number that is known',
    TOKEN,
    { kind: 'aadsts', code: 7654321, error: 'invalid_grant', text: 'Something new.' },
    'AADSTS7654321',
  ],
  [
    'a loop at the token endpoint',
    TOKEN,
    { kind: 'aadsts', code: 50196, error: 'invalid_grant', text: 'Loop.' },
    'AADSTS50196',
  ],
]
const SAID: Readonly<Record<string, string>> = {
  AADSTS53003: 'A Conditional Access policy blocks this sign-in.',
  AADSTS50076: 'Microsoft wants a further proof (multi-factor authentication).',
  AADSTS7654321: 'Entra ID refused with AADSTS7654321.',
  AADSTS50196: 'Entra ID stopped a loop',
}
test.each(REFUSALS)(
  'S27 S39 %s ends on a page with the number, the correlation id and a way on',
  async (_what, path, effect, code) => {
    const { app, browser, login, page, audit } = await signInDuring(path, effect)
    expect(page.status).toBe(403)
    expect(page.text).toContain(`Code: ${code}`)
    expect(page.text).toContain(SAID[code])
    expect(page.text).toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/)
    expect(page.text).not.toContain('capolids')
    expect(audit).toMatchObject({
      action: 'sign-in',
      outcome: 'refused',
      details: { reason: expect.stringContaining(code) },
    })
    const done = await tryAgain(browser, page)
    expect((await app.redeem(done.url, login)).claims()?.tenant).toBe('contoso')
  },
)

test.each(['microsoftonline.us', 'partner.microsoftonline.cn'])(
  'S39 the directory of another cloud, %s, is named to the administrator before anybody types a password',
  async (nationalCloud) => {
    const id = randomUUID()
    world.m365.addDirectory({ id, displayName: 'Elsewhere', domains: [`${id}.example`], nationalCloud })
    givenConnectedTenant(world, 'contoso', { directoryId: id })
    const page = await new Browser().open((await (await givenClient(world, 'contoso')).begin()).url)
    expect(page.status).toBe(502)
    expect(page.text).toContain('needs your administrator')
    expect(page.text).toContain('The directory is in another Microsoft cloud.')
    expect(world.registry.audits).toMatchObject([{ outcome: 'refused', details: { reason: 'other_cloud' } }])
  },
)

const SET_UP: ReadonlyArray<[string, FaultInput['effect']]> = [
  ['900382, a secret in another cloud', { kind: 'aadsts', code: 900382, error: 'invalid_client' }],
  ['700023, an assertion in another cloud', { kind: 'aadsts', code: 700023, error: 'invalid_client' }],
  ['7000229, consent not given yet', { kind: 'aadsts', code: 7000229, error: 'invalid_client' }],
  ['700038, no id of an application', { kind: 'aadsts', code: 700038, error: 'unauthorized_client' }],
  ['invalid_client alone', { kind: 'foreign-answer', status: 401, body: '{"error":"invalid_client"}' }],
]
test.each(SET_UP)('FC-38 S39 %s, with which nobody can sign in, asks for the administrator', async (_what, effect) => {
  const { page } = await signInDuring(TOKEN, effect)
  expect([page.status, page.text]).toEqual([502, expect.stringContaining('needs your administrator')])
})

test('S39 a code that is refused by the error alone is told as an answer that expired, and the next try signs in', async () => {
  const effect = { kind: 'foreign-answer', status: 400, body: '{"error":"invalid_grant"}' } as const
  const { app, browser, login, page } = await signInDuring(TOKEN, effect)
  expect([page.status, page.text]).toEqual([400, expect.stringContaining('has expired or was used before')])
  const done = await tryAgain(browser, page)
  expect((await app.redeem(done.url, login)).claims()?.tenant).toBe('contoso')
})

const OUTAGES: ReadonlyArray<[string, string, FaultInput['effect']]> = [
  ['429 with Retry-After at the token endpoint', TOKEN, { kind: 'refuse', status: 429, retryAfter: 60 }],
  ['429 with a fraction in Retry-After', TOKEN, { kind: 'refuse', status: 429, retryAfter: 2.128 }],
  ['503 at the token endpoint', TOKEN, { kind: 'refuse', status: 503 }],
  ['a proxy’s page at the token endpoint', TOKEN, { kind: 'foreign-answer', status: 502 }],
  ['an answer cut in the middle', TOKEN, { kind: 'cut' }],
  ['half a JSON document', TOKEN, { kind: 'malformed' }],
  ['a cut list of keys', KEYS, { kind: 'cut' }],
  ['a proxy’s page in place of the keys', KEYS, { kind: 'foreign-answer', status: 200 }],
]
test.each(OUTAGES)(
  'T-115 %s is told as an outage of Microsoft, and the next try signs in',
  async (_what, path, effect) => {
    const userName = path === KEYS ? givenNewDirectory().userPrincipalName : undefined
    const { app, browser, login, page, audit } = await signInDuring(path, effect, userName)
    expect([502, 503, 504], JSON.stringify(audit)).toContain(page.status)
    expect(page.text).not.toMatch(/undefined|\[object|SyntaxError|fetch failed/)
    expect(audit).toMatchObject({ action: 'sign-in', outcome: 'refused' })
    const done = await tryAgain(browser, page)
    expect((await app.redeem(done.url, login)).claims()?.tenant).toBe('contoso')
  },
)

test('FC-39 an empty 429 at the token endpoint says that Microsoft is busy, and the next try signs in', async () => {
  const { app, browser, login, page, audit } = await signInDuring(TOKEN, {
    kind: 'foreign-answer',
    status: 429,
    body: '',
  })
  expect([page.status, page.text]).toEqual([503, expect.stringContaining('Microsoft is busy just now.')])
  expect(audit).toMatchObject({ action: 'sign-in', outcome: 'refused', details: { reason: 'busy' } })
  const done = await tryAgain(browser, page)
  expect((await app.redeem(done.url, login)).claims()?.tenant).toBe('contoso')
})

test('S39 a policy that wants a second factor is satisfied at Microsoft, and the person is signed in', async () => {
  const contoso = world.m365.directory(CONTOSO_DIRECTORY_ID)
  contoso.setConditionalAccess([{ grant: 'mfa', users: [ADELE.id] }])
  const app = await givenClient(world, 'contoso')
  const browser = new Browser()
  const login = await app.begin()
  const asked = await signInAt(browser, login.url)
  expect(asked.text).toContain('Approve sign in request')
  const done = await browser.submit(asked, 'Approve')
  expect((await app.redeem(done.url, login)).claims()?.name).toBe('Adele Vance')
})

test('S39 50105 by redirect says that the person is not assigned, and whom to ask', async () => {
  const { directory, userPrincipalName } = givenNewDirectory()
  directory.grantConsent(JACKFIELD_CLIENT_ID, { assignmentRequired: true })
  const login = await (await givenClient(world, 'contoso')).begin()
  const page = await signInAt(new Browser(), login.url, userPrincipalName)
  expect(page.status).toBe(403)
  expect(page.text).toContain('AADSTS50105')
  expect(page.text).toContain('limited to assigned users')
})
