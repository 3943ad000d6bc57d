import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Browser, send } from './browser.ts'
import { ADELE, binding, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'

let world: World
let origin: string
let person: ReturnType<typeof givenPerson>
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'portal', { kind: 'server', tenantUrl: `http://{tenant}.phone.localhost:${world.port}/portal/` })
  givenApp(world, 'desk', { kind: 'server', requiresBinding: true })
  givenApp(world, 'web-client')
  origin = world.originOf('contoso')
})
afterAll(() => world.close())
beforeEach(() => {
  world.roster.people.length = 0
  world.roster.outage.isDown = false
  world.time.shift = 0
  const { tenant } = givenConnectedTenant(world, 'contoso')
  person = givenPerson(world, tenant.id, { displayName: 'Adèle\r\nX: y', bindings: [binding('101'), binding('102')] })
  givenConnectedTenant(world, 'fabrikam')
})

const stopAt = /^\/(?:portal|$|callback)/
async function givenSignedIn(query = 'app=portal') {
  const browser = new Browser()
  const microsoft = await browser.open(`${origin}/auth/signin?${query}`, { stopAt })
  const page = await browser.submit(
    microsoft,
    'Sign in',
    { username: ADELE.userPrincipalName, password: 'Passw0rd!' },
    stopAt,
  )
  const cookie = browser.cookies
    .filter(({ host }) => host === 'contoso.phone.localhost')
    .map(({ name, value }) => `${name}=${value}`)
  return { browser, page, cookie: cookie.join('; ') }
}
const ask = (
  cookie: string | undefined,
  more: { path?: string; at?: string; method?: string; headers?: Record<string, string> } = {},
) =>
  send((more.at ?? origin) + (more.path ?? '/auth/verify'), {
    method: more.method ?? 'GET',
    headers: { ...(cookie === undefined ? {} : { cookie }), ...more.headers },
  })
const identityOf = ({ headers }: Awaited<ReturnType<typeof send>>) =>
  Object.entries(headers).filter(([name]) => name.startsWith('x-auth-'))

describe('S54 a server-rendered frontend', () => {
  test('signs people in, returns them, and learns who they are', async () => {
    const { page, cookie } = await givenSignedIn(`app=portal&returnTo=${encodeURIComponent('/portal/calls?a=1&b=2')}`)
    expect(page.url.href).toBe(`${origin}/portal/calls?a=1&b=2`)
    const answer = await ask(cookie)
    expect(answer.status).toBe(200)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(Object.fromEntries(identityOf(answer))).toEqual({
      'x-auth-user': person.id,
      'x-auth-tenant': 'contoso',
      'x-auth-name': 'Ad%C3%A8le%0D%0AX%3A%20y',
      'x-auth-email': ADELE.userPrincipalName,
      'x-auth-extensions': '101,102',
    })
    const session = await ask(cookie, { path: '/auth/session' })
    expect(JSON.parse(session.text)).toMatchObject({
      user: { id: person.id },
      tenant: { slug: 'contoso' },
      bindings: person.bindings,
    })
    const { rows } = await world.pool.query(
      `select count(*)::int as n from gateway.short_lived_record where kind in ('AuthorizationCode','RefreshToken')`,
    )
    expect(rows[0].n).toBe(0)
  })

  test('who is signed in is returned at once; an address taken as it stands keeps its whole query', async () => {
    const { browser } = await givenSignedIn()
    const page = await browser.open(`${origin}/auth/signin?app=portal&returnPath=/portal/?a=1%202&app=x&returnTo=/no`, {
      stopAt,
    })
    expect(page.url.href).toBe(`${origin}/portal/?a=1%202&app=x&returnTo=/no`)
  })

  test.each([
    'returnTo=https://evil.test/',
    'returnTo=//evil.test',
    'returnPath=//evil.test',
    'returnTo=/auth/signout',
    'returnTo=/a&returnTo=/b',
  ])('T-11 FA-13 %s leads to the start of the app', async (query) => {
    const { page } = await givenSignedIn(`app=portal&${query}`)
    expect(page.url.href).toBe(`${origin}/portal/`)
  })

  test('T-11 AZ-23 an address of another tenant, on its host or its app’s, leads to the start of the own app', async () => {
    const { browser, page } = await givenSignedIn(
      `app=portal&returnTo=${encodeURIComponent(`${world.originOf('fabrikam')}/portal/`)}`,
    )
    expect(page.url.href).toBe(`${origin}/portal/`)
    expect(browser.visited.filter((url) => url.startsWith(world.originOf('fabrikam')))).toEqual([])
    const own = await browser.open(
      `${origin}/auth/signin?app=portal&returnTo=${encodeURIComponent(`${origin}/portal/calls`)}`,
      { stopAt },
    )
    expect(own.url.href).toBe(`${origin}/portal/calls`)
  })

  test('T-11 AZ-24 no known spelling of an open redirect leaves the own host', async () => {
    const { cookie } = await givenSignedIn()
    const { host } = new URL(origin)
    const evil = [
      '//evil.test',
      '/\\evil.test',
      '\\/evil.test',
      'https:evil.test',
      '/%09/evil.test',
      '/%2f/evil.test',
      `http://${host}@evil.test`,
    ]
    const more = [
      `http://${host}.evil.test`,
      'javascript:alert(1)',
      'data:text/html,x',
      '/x\r\nLocation: https://evil.test',
      '/\t/evil.test',
    ]
    for (const target of [...evil, ...more]) {
      for (const query of [`returnTo=${encodeURIComponent(target)}`, `returnPath=${encodeURIComponent(target)}`]) {
        const { status, headers } = await ask(cookie, { path: `/auth/signin?app=portal&${query}` })
        expect([target, status, new URL(headers.location ?? '').origin]).toEqual([target, 303, origin])
      }
    }
  })

  test('FC-08 a deep link of 8 kB is where the person returns, a longer one is reported', async () => {
    const { cookie } = await givenSignedIn()
    for (const name of ['returnTo', 'returnPath']) {
      const longest = `/portal/?${'x'.repeat(8_183)}`
      const kept = await ask(cookie, { path: `/auth/signin?app=portal&${name}=${longest}` })
      expect([kept.status, kept.headers.location]).toEqual([303, origin + longest])
      const refused = await ask(cookie, { path: `/auth/signin?app=portal&${name}=${longest}x` })
      expect([refused.status, refused.text]).toEqual([414, expect.stringContaining('longer than 8 kB')])
    }
  })

  test('T-11 forwarded headers of a client do not choose where to return', async () => {
    const { cookie } = await givenSignedIn()
    const headers = { 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https', 'x-forwarded-uri': '//evil.test' }
    const answer = await ask(cookie, { path: '/auth/signin?app=portal', headers })
    expect([answer.status, answer.headers.location]).toEqual([303, `${origin}/portal/`])
  })

  test('signing out asks first, ends the session, and returns to a registered address only', async () => {
    const { browser, cookie } = await givenSignedIn()
    const page = await browser.open(`${origin}/auth/signout?app=portal&returnTo=https://evil.test/`)
    expect((await ask(cookie)).status).toBe(200)
    const done = await browser.submit(page, 'Sign out', {}, /^\/bye/)
    expect(done.url.href).toMatch(new RegExp(`^${origin}/bye`))
    expect((await ask(cookie)).status).toBe(401)
  })

  test('only server-rendered apps of the catalogue can ask', async () => {
    for (const query of ['', 'app=web-client', 'app=nope', 'app=portal&app=desk']) {
      expect((await new Browser().open(`${origin}/auth/signin?${query}`)).status).toBe(404)
    }
  })

  test('T-72 FA-17 a cancelled or refused sign-in ends on the gateway’s page', async () => {
    const browser = new Browser()
    person.sso = false
    const microsoft = await browser.open(`${origin}/auth/signin?app=portal`, { stopAt })
    const refused = await browser.submit(
      microsoft,
      'Sign in',
      { username: ADELE.userPrincipalName, password: 'Passw0rd!' },
      stopAt,
    )
    expect([refused.status, refused.text]).toEqual([
      403,
      expect.stringContaining('Microsoft sign-in is not enabled for you'),
    ])
    const cancelled = await browser.submit(refused, 'Back to the app', {}, stopAt)
    expect([cancelled.status, cancelled.text]).toEqual([403, expect.stringContaining('You are not signed in')])
    expect(cancelled.linkOf('Sign in')).toContain('/auth/signin?app=portal')
  })

  test('T-10 an answer counts once, in the browser of the sign-in', async () => {
    const { browser } = await givenSignedIn()
    const done = browser.visited.find((url) => url.includes('/auth/signin/done')) ?? ''
    expect((await browser.open(done)).status).toBe(400)
    expect((await new Browser().open(done)).status).toBe(400)
    expect((await browser.open(`${origin}/auth/signin/done?state=x&code=y`)).status).toBe(400)
  })
})

describe('T-71 no session, no identity:', () => {
  const expectRefused = (answer: Awaited<ReturnType<typeof send>>, status: number) => {
    expect([answer.status, identityOf(answer)]).toEqual([status, []])
  }

  test.each([
    ['no cookie', undefined],
    ['an empty one', '__Host-jackfield-session='],
    ['bad base64', '__Host-jackfield-session=%%%; __Host-jackfield-session.sig=***'],
    ['an escaped NUL', '__Host-jackfield-session=%00; __Host-jackfield-session.sig=%00'],
    ['8 KiB', `__Host-jackfield-session=${'a'.repeat(8_192)}; __Host-jackfield-session.sig=b`],
    ['names of objects', '__Host-jackfield-session=__proto__; __proto__=x; constructor=y'],
  ])('FA-01 FA-02 %s', async (_what, cookie) => expectRefused(await ask(cookie), 401))

  test('FA-02 a cut or changed signature, or another value under it', async () => {
    const { cookie } = await givenSignedIn()
    const [, signature = ''] = /jackfield-session\.sig=([\w-]+)/.exec(cookie) ?? []
    expectRefused(await ask(cookie.replace(signature, signature.slice(0, -4))), 401)
    expectRefused(await ask(cookie.replace(/jackfield-session\.sig=[\w-]+/, '')), 401)
    expectRefused(
      await ask(cookie.replace(/(?<=jackfield-session=)[\w-]/, (first) => (first === '_' ? 'A' : '_'))),
      401,
    )
    expect((await ask(cookie)).status).toBe(200)
  })

  test('FA-02 FA-11 a cached answer does not count for another signature or host', async () => {
    const { cookie } = await givenSignedIn()
    expect((await ask(cookie)).status).toBe(200)
    expectRefused(await ask(cookie.replace(/(jackfield-session\.sig=)[\w-]+/, `$1${'A'.repeat(27)}`)), 401)
    expectRefused(await ask(cookie, { at: world.originOf('fabrikam') }), 403)
    expect((await ask(cookie)).status).toBe(200)
  })

  test('FA-11 a session of one tenant at another’s host is 403', async () => {
    const { cookie } = await givenSignedIn()
    expectRefused(await ask(cookie, { at: world.originOf('fabrikam') }), 403)
    expectRefused(await ask(cookie, { at: world.originOf('fabrikam'), path: '/auth/session' }), 403)
    expectRefused(await ask(cookie, { at: world.originOf('nobody') }), 404)
  })

  const endings: Array<[string, () => unknown]> = [
    ['disabled', () => Object.assign(person, { status: 'disabled' })],
    ['deleted', () => Object.assign(person, { status: 'deleted' })],
    ['without the SSO tick', () => Object.assign(person, { sso: false })],
    ['gone from the roster', () => world.roster.people.splice(0)],
    [
      'signed out everywhere',
      () => Object.assign(person, { sessionsValidAfter: new Date(Date.now() + 1_000).toISOString() }),
    ],
    ['signed in too long ago', () => Object.assign(world.time, { shift: 14 * 24 * 3600 })],
  ]
  test.each(endings)('T-22 SC-09 a person who is %s', async (_what, end) => {
    const { cookie } = await givenSignedIn()
    end()
    expectRefused(await ask(cookie), 401)
    expectRefused(await ask(cookie, { path: '/auth/session' }), 401)
  })

  test('an app that needs a binding refuses a person without one, whatever the query says', async () => {
    const { cookie } = await givenSignedIn()
    expect((await ask(cookie, { path: '/auth/verify/apps/desk' })).status).toBe(200)
    person.bindings.length = 0
    expectRefused(await ask(cookie, { path: '/auth/verify/apps/desk' }), 403)
    expectRefused(await ask(cookie, { path: '/auth/verify/apps/desk?path=/x?app=portal' }), 403)
    expectRefused(await ask(cookie, { path: '/auth/verify/apps/nope' }), 404)
    expect((await ask(cookie, { path: '/auth/verify/apps/portal' })).status).toBe(200)
  })

  test('S51 each check is counted, and logged with its request id', async () => {
    const { cookie } = await givenSignedIn()
    const count = async () => {
      const { text } = await send(`http://127.0.0.1:${world.port}/metrics`)
      const line = /^http_request_duration_seconds_count\{.*route="\/auth\/verify",status="200".*\} (\d+)$/m.exec(text)
      return Number(line?.[1] ?? 0)
    }
    const before = await count()
    const { headers } = await ask(cookie)
    expect(await count()).toBe(before + 1)
    const lines = world.logLines.filter((line) => line.includes(String(headers['x-request-id'])))
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['incoming request', 'request completed'])
    expect(JSON.parse(lines[0] ?? '').req.path).toBe('/auth/verify')
  })

  test('S54 what changed about a person or their tenant is in the next answer', async () => {
    const { cookie } = await givenSignedIn()
    expect((await ask(cookie)).headers['x-auth-extensions']).toBe('101,102')
    const { resolution } = world.registry.tenantAt('contoso') ?? {}
    if (resolution) resolution.tenant = { ...resolution.tenant, slug: 'contoso-ag' }
    expect((await ask(cookie)).headers['x-auth-tenant']).toBe('contoso-ag')
    world.roster.people[0] = { ...person, bindings: [binding('103')] }
    expect((await ask(cookie)).headers['x-auth-extensions']).toBe('103')
  })

  test.each(['/', '/auth/signin', '/a%20b?c=d', '//x'])(
    'FA-05 the guarded path %s, appended as Envoy does, changes nothing',
    async (path) => {
      const { cookie } = await givenSignedIn()
      expect((await ask(cookie, { path: `/auth/verify/apps/portal${path}` })).status).toBe(200)
      expectRefused(await ask(undefined, { path: `/auth/verify/apps/portal${path}` }), 401)
    },
  )

  test('FA-03 FA-05 FA-06 FA-09 no header or path of a client changes the answer', async () => {
    const headers = {
      'x-auth-user': person.id,
      'x-forwarded-user': person.id,
      'remote-user': person.id,
      'x-forwarded-uri': '/public',
      'x-original-url': '/public',
      'x-forwarded-host': 'contoso.phone.localhost',
      'x-forwarded-method': 'OPTIONS',
      'user-agent': 'kube-probe/1.30',
    }
    expectRefused(await ask(undefined, { headers }), 401)
    for (const path of ['?x=/public', '?path=/ping', '/', '/../public', '%2f..%2fpublic', ';x=/public']) {
      const answer = await ask(undefined, { path: `/auth/verify${path}`, headers })
      expect([answer.status >= 400 && answer.status < 500, identityOf(answer)]).toEqual([true, []])
    }
  })

  test.each(['HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s is answered like GET', async (method) => {
    expectRefused(await ask(undefined, { method, headers: { 'content-type': 'text/weird' } }), 401)
  })

  test('T-115 while the roster is down the answer is 503', async () => {
    const { cookie } = await givenSignedIn()
    world.roster.outage.isDown = true
    expectRefused(await ask(cookie), 503)
  })
})

test('a browser’s app may not read the answer from another origin', async () => {
  const answer = await ask(undefined, { headers: { origin: 'https://evil.test' } })
  expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin')
})
