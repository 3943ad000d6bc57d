import { fetchUserInfo, refreshTokenGrant } from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { notingSessionHomes, sessionMemory } from '../src/adapters/openid-provider/oidc-login.ts'
import { Browser, send } from './browser.ts'
import { ADELE, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, oauthErrorOf, signIn } from './oidc-client.ts'
import { givenSharedApp, signInShared } from './shared-host.ts'

let world: World
let origin: string
let tenantId: string
let person: ReturnType<typeof givenPerson>
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client', { name: 'Web phone <1>' })
  origin = world.originOf('contoso')
})
afterAll(() => world.close())
beforeEach(() => {
  world.roster.people.length = 0
  world.roster.outage.isDown = false
  world.registry.audits.length = 0
  tenantId = givenConnectedTenant(world, 'contoso').tenant.id
  person = givenPerson(world, tenantId)
  givenConnectedTenant(world, 'fabrikam')
})

const open = (browser: Browser) => browser.open(`${origin}/auth/sessions`)
const isSignedIn = async (browser: Browser) => (await browser.open(`${origin}/auth/verify`)).status === 200
/** What a browser says of the page a form came from. */
const ownPage = { 'sec-fetch-site': 'same-origin', origin: '' }
async function end(browser: Browser, handle: string, headers: Record<string, string | undefined> = ownPage) {
  const body = new URLSearchParams({ session: handle }).toString()
  const sent = Object.entries({ ...headers, ...(headers.origin === '' && { origin }) }).filter(
    ([, value]) => value !== undefined,
  )
  return browser.open(`${origin}/auth/sessions/end`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(body.length),
      ...Object.fromEntries(sent),
    },
  })
}
const handlesOf = ({ html }: { html: string }) =>
  [...html.matchAll(/name="session" value="([\w-]+)"/g)].map(([, handle = '']) => handle)

describe('S54 your sessions', () => {
  test('shows each login of the person on this host, and ends one with its refresh token; the others stay', async () => {
    const [here, there, third] = [
      await signIn(world, 'contoso'),
      await signIn(world, 'contoso'),
      await signIn(world, 'contoso'),
    ]
    const page = await open(here.browser)
    expect(page.status).toBe(200)
    expect(page.headers['cache-control']).toBe('no-store')
    expect(page.html.match(/<li>/g)).toHaveLength(3)
    expect(page.html.match(/this browser/g)).toHaveLength(1)
    expect(page.html).toContain('Web phone &lt;1&gt;')
    expect(handlesOf(page)).toHaveLength(3) // two others, and all others

    const [first = ''] = handlesOf(page)
    const after = await end(here.browser, first)
    expect([after.status, after.url.pathname]).toEqual([200, '/auth/sessions'])
    expect(after.html.match(/<li>/g)).toHaveLength(2)
    const left = [await isSignedIn(here.browser), await isSignedIn(there.browser), await isSignedIn(third.browser)]
    expect([left[0], left.filter(Boolean).length]).toEqual([true, 2])
    const [ended, kept] = left[1] ? [third, there] : [there, third]
    const refresh = ({ app, tokens }: typeof here) => refreshTokenGrant(app.configuration, tokens.refresh_token ?? '')
    expect(await oauthErrorOf(refresh(ended))).toBe('invalid_grant')
    expect((await refresh(kept)).access_token).toBeTruthy()
    const userinfo = ({ app, tokens }: typeof here) => fetchUserInfo(app.configuration, tokens.access_token, person.id)
    await expect(userinfo(ended)).rejects.toThrow()
    expect((await userinfo(kept)).sub).toBe(person.id)
    expect(world.registry.audits).toContainEqual(
      expect.objectContaining({
        action: 'session.end',
        actor: `phone-user:${person.id}`,
        tenantId,
        details: { sessions: '1' },
      }),
    )
  })

  test('“all others” leaves only the browser that asks', async () => {
    const [here, there, third] = [
      await signIn(world, 'contoso'),
      await signIn(world, 'contoso'),
      await signIn(world, 'contoso'),
    ]
    const all = handlesOf(await open(here.browser)).at(-1) ?? ''
    expect((await end(here.browser, all)).html.match(/<li>/g)).toHaveLength(1)
    expect(await Promise.all([here, there, third].map(({ browser }) => isSignedIn(browser)))).toEqual([
      true,
      false,
      false,
    ])
  })

  test('T-22 sessions that were revoked are not shown', async () => {
    const old = await signIn(world, 'contoso')
    Object.assign(person, { sessionsValidAfter: new Date((Math.floor(Date.now() / 1_000) + 1) * 1_000).toISOString() })
    expect((await open(old.browser)).status).toBe(401)
    world.time.shift = 5
    const fresh = await signIn(world, 'contoso')
    expect((await open(fresh.browser)).html.match(/<li>/g)).toHaveLength(1)
    world.time.shift = 0
  })

  test('FA-01 FA-11 without a session, or with one of another tenant, nothing is shown', async () => {
    expect((await open(new Browser())).status).toBe(401)
    const { browser } = await signIn(world, 'contoso')
    const cookie = browser.cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
    const foreign = await send(`${world.originOf('fabrikam')}/auth/sessions`, { headers: { cookie } })
    expect([foreign.status, foreign.text.includes('<li>')]).toEqual([401, false])
  })

  test('S62 those on other hosts of the organisation are shown and ended, too', async () => {
    const shared = givenSharedApp(world, 'shared')
    const there = await signInShared(shared, { clientId: 'shared', hints: { tenant: 'contoso' } })
    const here = await signIn(world, 'contoso')
    const [handle = ''] = handlesOf(await open(here.browser))
    expect((await end(here.browser, handle)).html.match(/<li>/g)).toHaveLength(1)
    expect((await there.browser.open(`${shared}/auth/verify`)).status).toBe(401)
    expect(await isSignedIn(here.browser)).toBe(true)
  })

  test('LO-13 sessions of the same person at another organisation are neither shown nor ended', async () => {
    givenPerson(world, world.registry.tenantAt('fabrikam')?.resolution.tenant.id ?? '', { id: person.id })
    const [here, elsewhere] = [await signIn(world, 'contoso'), await signIn(world, 'fabrikam')]
    const page = await open(here.browser)
    expect(page.html.match(/<li>/g)).toHaveLength(1)
    expect(handlesOf(page)).toEqual([])
    expect((await elsewhere.browser.open(`${world.originOf('fabrikam')}/auth/verify`)).status).toBe(200)
  })
})

describe('T-23 other sites cannot end a session', () => {
  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }],
    ['another tenant’s host', { 'sec-fetch-site': 'same-site', origin: 'http://fabrikam.phone.localhost' }],
    ['a page without fetch metadata elsewhere', { origin: 'https://evil.test' }],
    ['a sandboxed page', { origin: 'null' }],
    ['nobody knows where', {}],
  ])('LO-04 a form from %s', async (_where, headers) => {
    const [here, there] = [await signIn(world, 'contoso'), await signIn(world, 'contoso')]
    const [handle = ''] = handlesOf(await open(here.browser))
    expect((await end(here.browser, handle, headers)).status).toBe(403)
    expect(await isSignedIn(there.browser)).toBe(true)
  })

  test('nor for another session’s form, another person’s session, or a guess', async () => {
    const [there, here] = [await signIn(world, 'contoso'), await signIn(world, 'contoso')]
    await signIn(world, 'contoso')
    // All that the page of another session can say, and whatever else it might.
    for (const handle of [...handlesOf(await open(there.browser)), 'x'.repeat(43), '', 'others'])
      expect((await end(here.browser, handle)).status).toBe(404)
    expect(await isSignedIn(there.browser)).toBe(true)
    const [handle = ''] = handlesOf(await open(here.browser))
    expect((await end(new Browser(), handle)).status).toBe(401)
    expect((await end(here.browser, handle)).status).toBe(200)
    expect((await end(here.browser, handle)).status).toBe(404)
  })

  test('one person’s sessions are not another’s', async () => {
    const other = givenPerson(world, tenantId, { objectId: '00000000-0000-4000-8000-00000000beef' })
    const here = await signIn(world, 'contoso')
    Object.assign(person, { objectId: other.objectId })
    Object.assign(other, { objectId: ADELE.id })
    const theirs = await signIn(world, 'contoso')
    const page = await open(theirs.browser)
    expect(page.html.match(/<li>/g)).toHaveLength(1)
    expect(await isSignedIn(here.browser)).toBe(true)
  })
})

test('T-51 a request under way cannot save an ended session back to life', async () => {
  const [here, there] = [await signIn(world, 'contoso'), await signIn(world, 'contoso')]
  const app = await givenClient(world, 'contoso')
  let isEnded = false
  const hammering = Array.from({ length: 4 }, async () => {
    for (let turn = 0; turn < 200 && !(isEnded && turn % 5 === 0); turn++) {
      const { url } = await app.begin()
      const cookie = there.browser.cookies
        .filter(({ path }) => path === '/')
        .map(({ name, value }) => `${name}=${value}`)
      await send(url, { headers: { cookie: cookie.join('; ') } })
    }
  })
  const [handle = ''] = handlesOf(await open(here.browser))
  expect((await end(here.browser, handle)).status).toBe(200)
  isEnded = true
  await Promise.all(hammering)
  expect(await isSignedIn(there.browser)).toBe(false)
})

test('T-51 nor can one that was about to give it a new id, as a login does', async () => {
  const memory = sessionMemory(world.records('homes'))
  const records = notingSessionHomes(world.records('renewed'), memory, 'home')
  const renewed = (uid: string) => ({ kind: 'Session', id: `renewed ${uid}`, payload: { uid }, ttl: 60, uid })
  await records.save({ kind: 'EndedSession', id: 'ended', payload: {}, ttl: 60 })
  for (const uid of ['ended', 'living']) await records.save(renewed(uid))
  expect(await records.find('Session', 'renewed ended')).toBeUndefined()
  expect(await records.find('Session', 'renewed living')).toBeDefined()
})

test.each([
  ['ended', false],
  ['given a new id', true],
])('T-51 a session that another request has %s meanwhile', async (what, lives) => {
  const memory = sessionMemory(world.records('homes'))
  const records = notingSessionHomes(world.records('meanwhile'), memory, 'home')
  const session = { kind: 'Session', id: `id ${what}`, payload: { uid: what }, ttl: 60, uid: what }
  await records.save(session)
  await world.records.asOne(async () => {
    expect(await records.find('Session', session.id)).toBeDefined()
    if (!lives) await records.save({ kind: 'EndedSession', id: what, payload: {}, ttl: 60 })
    await world.records('meanwhile').removeByUid('Session', what)
    await records.save(session)
    return 'done'
  })
  expect((await records.find('Session', session.id)) !== undefined).toBe(lives)
})

test('T-115 while the roster is down the page says so', async () => {
  const { browser } = await signIn(world, 'contoso')
  world.roster.outage.isDown = true
  expect((await open(browser)).status).toBe(503)
})
