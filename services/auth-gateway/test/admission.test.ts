import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { decideAdmission, isLoginRevoked } from '../src/domain/sign-in/admission.ts'
import { Browser } from './browser.ts'
import { ADELE, binding, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, oauthErrorOf, signIn, signInAt } from './oidc-client.ts'

let world: World
let tenantId: string
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
  givenApp(world, 'softphone', { requiresBinding: true })
})
afterAll(() => world.close())
beforeEach(() => {
  world.roster.people.length = 0
  world.registry.audits.length = 0
  tenantId = givenConnectedTenant(world, 'contoso').tenant.id
})

const REFUSALS: Array<[string, string, Parameters<typeof givenPerson>[2] | undefined, string]> = [
  ['someone who was never imported', 'not-imported', undefined, 'You are not set up in the phone system yet'],
  [
    'someone whose sync tick is off',
    'not-imported',
    { sync: false, sso: false },
    'You are not set up in the phone system yet',
  ],
  ['S33 someone without the SSO tick', 'sso-not-enabled', { sso: false }, 'Microsoft sign-in is not enabled for you'],
  ['S45 someone who is disabled', 'not-active', { status: 'disabled' }, 'Your account is disabled in the phone system'],
  ['S45 someone who is deleted', 'not-active', { status: 'deleted' }, 'Your account is disabled in the phone system'],
  ['S41 someone without a binding', 'not-bound', {}, 'You are not bound to an extension yet'],
]

describe('Microsoft signs in a person whom the roster does not admit:', () => {
  test.each(REFUSALS)(
    '%s gets a 403 page (%s), no session, one audit event, and access_denied for the app',
    async (_who, reason, person, text) => {
      if (person) givenPerson(world, tenantId, person)
      const app = await givenClient(world, 'contoso', 'softphone')
      const browser = new Browser()
      const login = await app.begin()
      const page = await signInAt(browser, login.url)
      expect(page.status).toBe(403)
      expect(page.text).toContain(text)
      expect(browser.cookies.some(({ name }) => name === '__Host-jackfield-session')).toBe(false)
      await browser.open(page.url) // looking again is no second refusal
      expect(world.registry.audits).toMatchObject([
        {
          tenantId,
          action: 'sign-in',
          outcome: 'refused',
          target: 'app:softphone',
          details: { reason, objectId: ADELE.id },
        },
      ])
      expect(world.registry.audits).toHaveLength(1)

      const back = await browser.submit(page, 'Back to the app')
      expect(back.url.origin + back.url.pathname).toBe(app.redirectUri)
      const { error, state, iss, code } = Object.fromEntries(back.url.searchParams)
      expect({ error, state, iss, code }).toEqual({
        error: 'access_denied',
        state: login.state,
        iss: `${world.originOf('contoso')}/auth`,
        code: undefined,
      })
      const { rows } = await world.pool.query(
        `select count(*)::int as n from gateway.short_lived_record where kind in ('RefreshToken','AuthorizationCode')`,
      )
      expect(rows[0].n).toBe(0)
    },
  )
})

test('S41 after the binding is made, the next click works without a new Microsoft prompt', async () => {
  const person = givenPerson(world, tenantId)
  const app = await givenClient(world, 'contoso', 'softphone')
  const browser = new Browser()
  const login = await app.begin()
  const page = await signInAt(browser, login.url)
  expect(page.text).toContain('not bound')
  person.bindings.push(binding('101'))

  const again = await browser.follow(page, 'Try again')
  expect((await app.redeem(again.url, login)).claims()).toMatchObject({ sub: person.id, extensions: ['101'] })
  const fresh = new Browser()
  fresh.cookies = browser.cookies.filter(({ host }) => host === '127.0.0.1') // only Microsoft's own session is left
  const second = await app.begin()
  expect((await fresh.open(second.url)).url.searchParams.get('code')).toBeTruthy()
})

test('S41 a session for one app is checked again for another, which needs a binding', async () => {
  const person = givenPerson(world, tenantId)
  const { browser } = await signIn(world, 'contoso')
  const softphone = await givenClient(world, 'contoso', 'softphone')
  const login = await softphone.begin()
  const page = await browser.open(login.url)
  expect(page.status).toBe(403)
  expect(page.text).toContain('You are not bound to an extension yet')
  const silent = await browser.open((await softphone.begin({ prompt: 'none' })).url)
  expect(silent.url.searchParams.get('error')).toBe('access_denied')
  person.bindings.push(binding('7'))
  const done = await browser.follow(page, 'Try again')
  expect((await softphone.redeem(done.url, login)).claims()?.extensions).toEqual(['7'])
})

describe('S45 T-22 SC-09 a session and its tokens end', () => {
  const endings: Array<[string, (person: ReturnType<typeof givenPerson>) => unknown]> = [
    ['when the person is disabled', (person) => Object.assign(person, { status: 'disabled' })],
    ['when the SSO tick goes off', (person) => Object.assign(person, { sso: false })],
    [
      'when all sessions were ended',
      (person) => Object.assign(person, { sessionsValidAfter: new Date(Date.now() + 1_000).toISOString() }),
    ],
    ['when the person is gone', () => world.roster.people.splice(0)],
  ]
  test.each(endings)('%s', async (_when, end) => {
    const person = givenPerson(world, tenantId)
    const { app, browser, tokens } = await signIn(world, 'contoso')
    end(person)
    expect(await oauthErrorOf(client.refreshTokenGrant(app.configuration, tokens.refresh_token ?? ''))).toBe(
      'invalid_grant',
    )
    await expect(client.fetchUserInfo(app.configuration, tokens.access_token, person.id)).rejects.toThrow()
    const silent = await browser.open((await app.begin({ prompt: 'none' })).url)
    expect(['login_required', 'access_denied']).toContain(silent.url.searchParams.get('error'))
  })

  test('a code that was issued before is not redeemed after', async () => {
    const person = givenPerson(world, tenantId)
    const app = await givenClient(world, 'contoso')
    const login = await app.begin()
    const page = await signInAt(new Browser(), login.url)
    person.status = 'disabled'
    expect(await oauthErrorOf(app.redeem(page.url, login))).toBe('invalid_grant')
  })
})

test('T-21 SC-02 signing in again gives the session a new id, and the old one is refused', async () => {
  givenPerson(world, tenantId)
  const { app, browser } = await signIn(world, 'contoso')
  const old = [...browser.cookies]
  const idOf = (cookies: typeof old) => cookies.find(({ name }) => name === '__Host-jackfield-session')?.value
  const login = await app.begin({ prompt: 'login' })
  const page = await signInAt(browser, login.url)
  expect(page.url.searchParams.get('code')).toBeTruthy()
  expect(idOf(browser.cookies)).not.toBe(idOf(old))
  const stale = new Browser()
  stale.cookies = old
  expect((await stale.open((await app.begin({ prompt: 'none' })).url)).url.searchParams.get('error')).toBe(
    'login_required',
  )
})

test('admission is decided by sync, status, the SSO tick and the binding, in this order', () => {
  const person = { sync: true, sso: true, status: 'active', bindings: [] } as never
  expect(decideAdmission(undefined, { requiresBinding: false }).kind).toBe('not-imported')
  expect(decideAdmission(person, { requiresBinding: false }).kind).toBe('admitted')
  expect(decideAdmission(person, { requiresBinding: true }).kind).toBe('not-bound')
})

test('a login counts as revoked when it is older than the moment sessions were ended, or of unknown age', () => {
  const at = Date.parse('2026-01-01T00:00:00Z') / 1000
  const person = { sessionsValidAfter: '2026-01-01T00:00:00.000Z' }
  expect([at - 1, at, at + 1, undefined].map((login) => isLoginRevoked(person, login))).toEqual([
    true,
    false,
    false,
    true,
  ])
  expect(isLoginRevoked({ sessionsValidAfter: null }, undefined)).toBe(false)
})
