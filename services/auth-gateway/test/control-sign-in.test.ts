import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MALLORY } from '@jackfield/m365-emulator/demo/adatum'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Browser, send } from './browser.ts'
import { begin, CONTROL_COOKIE, controlCookie, enterControl, isRefused, sessionOf } from './control-sign-in.ts'
import {
  ADATUM_DIRECTORY_ID,
  ADELE,
  accountOf,
  CONTOSO_DIRECTORY_ID,
  givenAdministrator,
  givenApp,
  givenConnectedTenant,
  givenGateway,
  givenPerson,
  type World,
} from './given.ts'
import { signIn } from './oidc-client.ts'

const TOKEN_ROUTE = 'POST /:tenant/oauth2/v2.0/token'
const AT_CALLBACK = /microsoft\/callback/
let world: World
let directory: string
let control: string
let tenantId: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'control-'))
  await writeFile(join(directory, 'index.html'), '<!doctype html><title>Control</title>')
  world = await givenGateway({ controlDirectory: directory })
  control = world.originOf('control')
  givenApp(world, 'web-client')
})
afterAll(async () => {
  await world.close()
  await rm(directory, { recursive: true })
})
beforeEach(() => {
  world.registry.administrators.length = 0
  world.registry.audits.length = 0
  world.roster.people.length = 0
  tenantId = givenConnectedTenant(world, 'contoso').tenant.id
})

const tokenRequests = () => world.m365.requests.count(TOKEN_ROUTE)
const adele = { directoryId: CONTOSO_DIRECTORY_ID, objectId: ADELE.id }

describe('an administrator signs in to Control with Microsoft', () => {
  test.each(['single', 'per-app'] as const)('S10 T-20 T-22 in redirect mode %s', async (redirectMode) => {
    tenantId = givenConnectedTenant(world, 'contoso', { redirectMode }).tenant.id
    const administrator = givenAdministrator(world, tenantId)
    const { browser, page } = await enterControl(world, { body: { returnTo: `/tenants/${tenantId}/users` } })
    expect([page.status, page.url.href]).toEqual([200, `${control}/tenants/${tenantId}/users`])
    const cookie = browser.cookies.find(({ name }) => name === CONTROL_COOKIE)
    expect(cookie?.line).toMatch(/^__Host-jackfield-control=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
    const principal = { id: `administrator:${administrator.id}`, scope: tenantId, role: 'admin', name: 'Adele Vance' }
    expect(await sessionOf(world, cookie?.value)).toEqual({ status: 200, body: principal })
    const host = redirectMode === 'single' ? world.baseUrl : world.originOf('contoso')
    const path = redirectMode === 'single' ? '/auth/microsoft/callback' : '/auth/microsoft/callback/web-client'
    expect(browser.visited.some((url) => url.startsWith(`${host}${path}?`))).toBe(true)
    const { rows } = await world.pool.query(
      `select string_agg(key || encode(payload, 'escape'), '') as all from gateway.short_lived_record`,
    )
    expect(rows[0].all).not.toContain(cookie?.value)
  })

  test('SC-01 every cookie on the way is Secure, HttpOnly, SameSite and __Host-', async () => {
    givenAdministrator(world, tenantId)
    const { browser } = await enterControl(world)
    const ours = browser.cookies.filter(({ host }) => host.startsWith('control.'))
    expect(ours.map(({ name }) => name).sort()).toEqual([
      expect.stringMatching(/^__Host-jackfield-browser-/),
      CONTROL_COOKIE,
    ])
    for (const { line } of ours) {
      for (const attribute of [/; Path=\/(;|$)/i, /; Secure/i, /; HttpOnly/i, /; SameSite=(Lax|Strict)/i])
        expect(line).toMatch(attribute)
      expect(line).not.toMatch(/Domain/i)
    }
  })

  test('T-92 S5 is audited with identity, scope, role and authentication methods', async () => {
    const administrator = givenAdministrator(world, tenantId)
    world.m365.tamperNextIdToken({ claims: { amr: ['pwd', 'mfa'] } })
    await enterControl(world)
    expect(world.registry.audits).toMatchObject([
      {
        tenantId,
        actor: `administrator:${administrator.id}`,
        action: 'control.sign-in',
        outcome: 'success',
        details: { ...adele, amr: 'pwd mfa', scope: tenantId, role: 'admin' },
      },
    ])
  })

  test('an operator signs in through the platform’s own tenant and gets the platform’s scope', async () => {
    givenAdministrator(world, tenantId, { scope: 'platform', role: 'read' })
    const { browser } = await enterControl(world)
    expect((await sessionOf(world, controlCookie(browser))).body).toMatchObject({ scope: 'platform', role: 'read' })
    expect(world.registry.audits).toMatchObject([{ tenantId: null, outcome: 'success' }])
  })

  test('S39 the administrator picks one of several accounts; the tenant is named by slug, host or address', async () => {
    givenAdministrator(world, tenantId)
    const other = accountOf({ alias: 'Branch' })
    const accounts = world.registry.tenantAt('contoso')?.resolution.accounts ?? []
    accounts.push(other)
    for (const tenant of [
      'contoso',
      ' Contoso ',
      new URL(world.originOf('contoso')).host,
      `${world.originOf('contoso')}/auth?x=1`,
      'contoso.phone.localhost',
    ]) {
      const { status, body } = await begin(world, new Browser(), { tenant })
      expect([tenant, status, body]).toEqual([
        tenant,
        200,
        { kind: 'choose-account', accounts: accounts.map(({ id, alias }) => ({ id, alias })) },
      ])
    }
    const { browser } = await enterControl(world, { body: { accountId: accounts[0]?.id } })
    expect((await sessionOf(world, controlCookie(browser))).status).toBe(200)
  })

  test('T-21 SC-02 the session’s id changes with each sign-in, and the former one is refused', async () => {
    givenAdministrator(world, tenantId)
    const { browser } = await enterControl(world)
    const first = controlCookie(browser)
    await begin(world, browser) // the callback comes from Microsoft's site, without the Strict cookie: it could not end this one
    expect((await sessionOf(world, first)).status).toBe(401)
    await enterControl(world, { browser })
    const second = controlCookie(browser)
    expect(second).not.toBe(first)
    expect((await sessionOf(world, first)).status).toBe(401)
    expect((await sessionOf(world, second)).status).toBe(200)
  })
})

describe('a session of Control is checked at every request', () => {
  test('T-22 a removed administrator is out', async () => {
    const { id } = givenAdministrator(world, tenantId)
    const { browser } = await enterControl(world)
    world.registry.administrators.length = 0
    expect((await sessionOf(world, controlCookie(browser))).status).toBe(401)
    givenAdministrator(world, tenantId, { id })
    expect((await sessionOf(world, controlCookie(browser))).status).toBe(401) // it is over for good
  })

  test('T-22 a changed role counts at once', async () => {
    const administrator = givenAdministrator(world, tenantId)
    const { browser } = await enterControl(world)
    administrator.role = 'read'
    expect((await sessionOf(world, controlCookie(browser))).body.role).toBe('read')
  })

  test.each(['disabled', 'deleted'] as const)(
    'T-22 S45 a phone user whom the directory has %s is out, and cannot come back',
    async (status) => {
      givenAdministrator(world, tenantId)
      const person = givenPerson(world, tenantId, { sso: false })
      const { browser } = await enterControl(world)
      expect((await sessionOf(world, controlCookie(browser))).status).toBe(200)
      person.status = status as never
      expect((await sessionOf(world, controlCookie(browser))).status).toBe(401)
      const again = await enterControl(world)
      expect([again.page.status, isRefused(again)]).toEqual([403, true])
      expect(world.registry.audits.at(-1)).toMatchObject({ outcome: 'refused', details: { reason: 'not-active' } })
    },
  )

  test('T-22 sessions from before a person’s revocation are refused', async () => {
    givenAdministrator(world, tenantId)
    const person = givenPerson(world, tenantId)
    const { browser } = await enterControl(world)
    person.sessionsValidAfter = new Date(Date.now() + 1_000).toISOString() as never
    expect((await sessionOf(world, controlCookie(browser))).status).toBe(401)
  })

  test('fails closed while registry or roster cannot be asked', async () => {
    givenAdministrator(world, tenantId)
    const { browser } = await enterControl(world)
    for (const { outage } of [world.registry, world.roster]) {
      outage.isDown = true
      const answer = await sessionOf(world, controlCookie(browser))
      outage.isDown = false
      expect([answer.status, answer.body.code]).toEqual([503, 'temporarily-unavailable'])
    }
    expect((await sessionOf(world, controlCookie(browser))).status).toBe(200)
  })

  test('T-23 SC-12 changes something only with proof that Control itself asks', async () => {
    givenAdministrator(world, tenantId)
    const { browser } = await enterControl(world)
    const cookie = `${CONTROL_COOKIE}=${controlCookie(browser)}`
    const ask = (headers: Record<string, string>) =>
      send(`${control}/api/v1/tenants`, {
        method: 'POST',
        body: '{}',
        headers: { cookie, 'content-type': 'application/json', ...headers },
      })
    for (const site of ['cross-site', 'same-site', 'none'])
      expect((await ask({ 'sec-fetch-site': site })).status).toBe(403)
    expect((await ask({})).status).toBe(403)
    expect((await ask({ 'sec-fetch-site': 'same-origin' })).status).toBe(503) // no registry behind this gateway
  })
})

describe('nobody else', () => {
  test('T-90 AD-01 a person of the tenant who is no administrator is refused with a page and an audit event, and has no session', async () => {
    givenPerson(world, tenantId)
    const refused = await enterControl(world)
    expect([refused.page.status, isRefused(refused)]).toEqual([403, true])
    expect(refused.page.text).toContain('not an administrator')
    expect(refused.page.linkOf('Use another account')).toBe('/?tenant=contoso&another=true')
    expect(world.registry.audits).toMatchObject([
      {
        tenantId,
        actor: `microsoft:${CONTOSO_DIRECTORY_ID}/${ADELE.id}`,
        action: 'control.sign-in',
        outcome: 'refused',
        details: { reason: 'not-administrator', ...adele },
      },
    ])
  })

  test('T-90 AD-02 T-05 an administrator of tenant A is nobody at tenant B, which has the same directory, the platform’s own included', async () => {
    const fabrikam = givenConnectedTenant(world, 'fabrikam').tenant.id
    givenAdministrator(world, fabrikam)
    givenAdministrator(world, fabrikam, { scope: 'platform' })
    const refused = await enterControl(world, { body: { tenant: 'contoso' } })
    expect([refused.page.status, isRefused(refused)]).toEqual([403, true])
    const entered = await enterControl(world, { body: { tenant: 'fabrikam' } })
    expect((await sessionOf(world, controlCookie(entered.browser))).body.scope).toBe(fabrikam)
  })

  test('AD-01 a person’s session on a tenant host opens nothing in Control, and vice versa', async () => {
    givenAdministrator(world, tenantId)
    givenPerson(world, tenantId)
    const person = await signIn(world, 'contoso')
    const theirs = person.browser.cookies.find(({ name }) => name === '__Host-jackfield-session')?.value
    expect((await sessionOf(world, theirs)).status).toBe(401)
    const { browser } = await enterControl(world)
    const cookie = `__Host-jackfield-session=${controlCookie(browser)}; ${CONTROL_COOKIE}=${controlCookie(browser)}`
    expect((await send(`${world.originOf('contoso')}/auth/session`, { headers: { cookie } })).status).toBe(401)
  })

  test('T-04 S47 somebody of another directory with the administrator’s mail and name gets nothing', async () => {
    givenAdministrator(world, tenantId)
    world.m365.tamperNextIdToken({ claims: { tid: ADATUM_DIRECTORY_ID } })
    const other = await enterControl(world)
    expect([other.page.status, isRefused(other)]).toEqual([403, true])
    expect(other.page.text).toContain('Head office')

    const adatum = givenConnectedTenant(world, 'fabrikam', { directoryId: ADATUM_DIRECTORY_ID }).tenant.id
    givenAdministrator(world, adatum) // Adele of Contoso, whose mail Mallory carries
    const mallory = await enterControl(world, { body: { tenant: 'fabrikam' }, userName: MALLORY.userPrincipalName })
    expect([mallory.page.status, isRefused(mallory)]).toEqual([403, true])
    expect(world.registry.audits.map(({ outcome, details }) => [outcome, details?.reason])).toEqual([
      ['refused', 'wrong-directory'],
      ['refused', 'not-administrator'],
    ])
  })

  test('S3 the holder of a hand-over link keeps their role', async () => {
    const token = `hand-over-${crypto.randomUUID()}`
    const principal = { id: 'hand-over:1', scope: tenantId, role: 'hand-over' as const, accountId: crypto.randomUUID() }
    world.registry.links.set(token, principal)
    const browser = new Browser()
    await browser.open(`${control}/auth/control/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
      body: JSON.stringify({ token }),
    })
    expect((await sessionOf(world, controlCookie(browser))).body).toEqual(principal)
  })

  test('an unknown organisation, one without an account, another’s account and a foreign return address are refused', async () => {
    const fabrikam = givenConnectedTenant(world, 'fabrikam')
    world.registry.givenTenant('empty', [])
    const asked = async (body: object) => {
      const answer = await begin(world, new Browser(), body)
      return [answer.status, answer.body.code]
    }
    for (const tenant of ['nobody', 'control', 'a b', '[::', 'evil.example/contoso', '@contoso'])
      expect([tenant, ...(await asked({ tenant }))]).toEqual([tenant, 404, 'tenant-not-found'])
    expect(await asked({ tenant: 'empty' })).toEqual([409, 'microsoft-not-set-up'])
    expect(await asked({ accountId: fabrikam.account.id })).toEqual([404, 'account-not-found'])
    for (const returnTo of [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      '/a//b',
      '',
      '/%2f/evil',
      'javascript:alert(1)',
    ])
      expect([returnTo, ...(await asked({ returnTo }))]).toEqual([returnTo, 400, 'invalid-request'])
  })
})

describe('the way there and back', () => {
  test('T-10 AZ-01 AZ-02 AZ-03 an answer without its state, in another browser, or a second time is refused before Microsoft is asked', async () => {
    givenAdministrator(world, tenantId)
    const { browser, page } = await enterControl(world, { stopAt: AT_CALLBACK })
    const victim = await enterControl(world, { stopAt: AT_CALLBACK })
    const before = tokenRequests()
    const forged = new URL(page.url)
    for (const state of [
      '',
      'control.x',
      `control.${'A'.repeat(43)}`,
      page.url.searchParams.get('state')?.slice(8) ?? '',
    ]) {
      forged.searchParams.set('state', state)
      expect((await browser.open(forged, { stopAt: /never/ })).status).toBe(400)
    }
    for (const stranger of [victim.browser, new Browser()]) {
      expect((await stranger.open(page.url, { stopAt: /never/ })).status).toBe(400)
      expect(controlCookie(stranger)).toBeUndefined()
    }
    expect(tokenRequests()).toBe(before)
    expect((await browser.open(page.url, { stopAt: /never/ })).status).toBe(200)
    const second = await browser.open(page.url, { stopAt: /never/ })
    expect([second.status, second.text]).toEqual([400, expect.stringContaining('used already')])
    expect(tokenRequests()).toBe(before + 1)
  })

  test('T-10 AZ-08 AZ-24 an answer is taken on the host of its redirect URI alone, and redirected to Control only', async () => {
    givenConnectedTenant(world, 'fabrikam')
    givenAdministrator(world, tenantId)
    const { browser, page } = await enterControl(world, { stopAt: AT_CALLBACK })
    const before = tokenRequests()
    for (const origin of [world.originOf('contoso'), world.originOf('fabrikam')])
      expect((await browser.open(origin + page.url.pathname + page.url.search, { stopAt: /never/ })).status).toBe(400)
    for (const path of ['/auth/microsoft/callback/web-client', '/auth/microsoft/callback/x'])
      for (const origin of [world.baseUrl, control])
        expect((await browser.open(origin + path + page.url.search, { stopAt: /never/ })).status).toBe(400)
    expect(tokenRequests()).toBe(before)
    const relayed = await send(page.url)
    expect([relayed.status, new URL(relayed.headers.location ?? '').origin]).toEqual([303, control])
  })

  test('T-10 a person’s answer is not accepted for Control, and vice versa', async () => {
    givenPerson(world, tenantId)
    givenAdministrator(world, tenantId)
    const { browser, page } = await enterControl(world, { stopAt: AT_CALLBACK })
    const contoso = `${world.originOf('contoso')}/auth/microsoft/callback${page.url.search}`
    browser.cookies.push(...browser.cookies.map((each) => ({ ...each, host: each.host.replace('control', 'contoso') })))
    expect((await browser.open(contoso, { stopAt: /never/ })).status).toBe(400)
    expect(
      browser.cookies.some(({ name }) => /^__(Host|Secure)-jackfield-(session|resume|interaction)/.test(name)),
    ).toBe(false)
  })

  test('AZ-06 T-14 Microsoft’s refusal is a page with its code and none of its text', async () => {
    const { browser, page } = await enterControl(world, { stopAt: AT_CALLBACK })
    const refused = new URL(`${control}/auth/microsoft/callback`)
    refused.search = String(
      new URLSearchParams({
        state: page.url.searchParams.get('state') ?? '',
        error: 'access_denied',
        error_description: 'AADSTS65004: <b>x</b>',
      }),
    )
    const answer = await browser.open(refused, { stopAt: /never/ })
    expect([answer.status, answer.html.includes('<b>')]).toEqual([403, false])
    expect(answer.text).toContain('AADSTS65004')
    expect(world.registry.audits).toMatchObject([
      { action: 'control.sign-in', outcome: 'refused', details: { reason: 'cancelled: AADSTS65004' } },
    ])
  })

  test('SC-12 no other site begins a sign-in, nor ends a session by beginning one', async () => {
    givenAdministrator(world, tenantId)
    const { browser } = await enterControl(world)
    for (const site of ['cross-site', 'same-site', 'none'])
      expect((await begin(world, browser, {}, { 'sec-fetch-site': site })).body.code).toBe('cross-site-request')
    const get = await send(`${control}/auth/control/sign-ins?tenant=contoso`)
    expect(get.headers.location).toBeUndefined()
    expect((await sessionOf(world, controlCookie(browser))).status).toBe(200)
    expect((await send(`${world.originOf('contoso')}/auth/control/sign-ins`, { method: 'POST' })).status).toBe(404)
  })

  test('T-94 no verifier, nonce or state is in the store in clear, nor in a log line', async () => {
    givenAdministrator(world, tenantId)
    const { page } = await enterControl(world, { stopAt: AT_CALLBACK })
    const { rows } = await world.pool.query(
      `select string_agg(key || encode(payload, 'escape'), '') as all from gateway.short_lived_record`,
    )
    const secrets = ['state', 'code'].map((name) => page.url.searchParams.get(name) ?? '-')
    for (const secret of secrets)
      for (const text of [rows[0].all, ...world.logLines]) expect(text).not.toContain(secret)
  })
})
