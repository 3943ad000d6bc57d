import Provider from 'oidc-provider'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { lostAnswers } from '../src/adapters/openid-provider/lost-answers.ts'
import { oidcConfiguration } from '../src/adapters/openid-provider/oidc-configuration.ts'
import { pagesOfProvider } from '../src/pages/provider-pages.ts'
import { Browser, send } from './browser.ts'
import { ADELE, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, signIn } from './oidc-client.ts'
import { FORM } from './token-requests.ts'

/* The session of somebody who signed in on a tenant's host: whose it is, how long it lasts, and that it ends. */

const SESSION = '__Host-jackfield-session'
const DAY = 24 * 3600

let world: World
let origin: string
let person: ReturnType<typeof givenPerson>
beforeAll(async () => {
  world = await givenGateway({ rateLimitFactor: 0 })
  givenApp(world, 'web-client')
  origin = world.originOf('contoso')
})
afterAll(() => world.close())
beforeEach(() => {
  world.roster.people.length = 0
  person = givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
})

const ours = ({ cookies }: Browser) => cookies.filter(({ host, path }) => host.startsWith('contoso') && path === '/')
const headerOf = (browser: Browser) =>
  ours(browser)
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ')
const sessionOf = (browser: Browser) => browser.cookies.find(({ name }) => name === SESSION)?.value
const silently = async () => (await (await givenClient(world, 'contoso')).begin({ prompt: 'none' })).url

/** What every route that knows people says to this cookie header, on this replica or another. */
async function askEverywhere(cookie: string, at = origin) {
  const headers = { host: new URL(origin).host, cookie, 'sec-fetch-site': 'same-origin' }
  const ask = async (path: string, init: Parameters<typeof send>[1] = {}) =>
    (await send(at + path, { ...init, headers: { ...headers, ...init.headers } })).status
  const silent = await silently()
  const answer = await send(at + silent.pathname + silent.search, { headers })
  const told = new URL(answer.headers.location ?? '', origin).searchParams
  return {
    verify: await ask('/auth/verify'),
    verifyForApp: await ask('/auth/verify/apps/web-client'),
    session: await ask('/auth/session'),
    ownSessions: await ask('/auth/sessions'),
    endOwnSession: await ask('/auth/sessions/end', { method: 'POST', headers: FORM, body: 'session=x' }),
    authorize: told.get('error') ?? (told.has('code') ? 'code' : undefined),
  }
}
const OUT = {
  verify: 401,
  verifyForApp: 401,
  session: 401,
  ownSessions: 401,
  endOwnSession: 401,
  authorize: 'login_required',
}
const IN = { verify: 200, verifyForApp: 200, session: 200, ownSessions: 200, endOwnSession: 404, authorize: 'code' }

test('T-21 SC-02 a sign-in gives an existing session a new id, and the old one is refused', async () => {
  const browser = new Browser()
  await browser.open(`${origin}/auth/logout`) // leaves a session that nobody is signed in to
  const planted = headerOf(browser)
  expect(sessionOf(browser)).toMatch(/^[\w-]{43}$/)
  await signIn(world, 'contoso', { browser })
  expect(planted).not.toContain(sessionOf(browser))
  expect(await askEverywhere(headerOf(browser))).toEqual(IN)
  expect(await askEverywhere(planted)).toEqual(OUT)
})

test('T-21 SC-03 no session cookie planted by a sibling host signs in as the attacker, in any order', async () => {
  const victim = await signIn(world, 'contoso')
  const mallory = givenPerson(world, person.tenantId, { displayName: 'Mallory' })
  Object.assign(person, { objectId: crypto.randomUUID() })
  Object.assign(mallory, { objectId: ADELE.id })
  const attacker = await signIn(world, 'contoso')
  expect(attacker.tokens.claims()?.sub).toBe(mallory.id)
  const pairsOf = (browser: Browser) =>
    ours(browser)
      .filter(({ name }) => name.startsWith(SESSION))
      .map(({ name, value }) => `${name}=${value}`)
  const [own, planted] = [pairsOf(victim.browser), pairsOf(attacker.browser)]
  const [ownValue, ownSignature] = own as [string, string]
  const [plantedValue, plantedSignature] = planted as [string, string]
  for (const cookies of [
    [...planted, ...own],
    [...own, ...planted],
    [plantedValue, ownValue, plantedSignature, ownSignature],
    [plantedValue, ...own],
    [...own, plantedValue],
    [plantedValue, plantedSignature, ownValue],
    [plantedSignature, ...own],
    [plantedValue, ownSignature],
    [ownValue, plantedSignature],
  ]) {
    expect(await askEverywhere(cookies.join('; '))).toEqual(OUT)
    expect(await askEverywhere(cookies.join(';'))).toEqual(OUT)
  }
  expect(await askEverywhere(own.join('; '))).toEqual(IN)
  // What a sibling host may set beside it has another name.
  expect(await askEverywhere([...own, plantedValue.replace('__Host-', '')].join('; '))).toEqual(IN)
})

test('SC-03 of two Control cookies none counts', async () => {
  const sessions: string[] = []
  for (const id of ['control:1', 'control:2']) {
    const token = crypto.randomUUID()
    world.registry.links.set(token, { id, scope: 'platform', role: 'admin' })
    const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
    const begun = await send(`${world.originOf('control')}/auth/control/session`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ token }),
    })
    sessions.push((begun.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '')
  }
  const look = async (cookie: string) =>
    (await send(`${world.originOf('control')}/auth/control/session`, { headers: { cookie } })).status
  expect(await Promise.all(sessions.map(look))).toEqual([200, 200])
  expect([await look(sessions.join('; ')), await look(sessions.reverse().join('; '))]).toEqual([401, 401])
})

test('SC-06 ten thousand new sessions have ids of 256 random bits, none twice', async () => {
  const site = { kind: 'shared', origin } as const
  const unused = { bindToBrowser: async () => {}, lostAnswers: lostAnswers(), audit: world.records.audit }
  const pages = pagesOfProvider(site, {
    lookOf: () => undefined,
    waysOnOf: async () => ({ startPages: [] }),
    onWrongUserCode: () => {},
  })
  const parts = { ...world, ...unused, pages, site, records: world.records('none'), keys: await world.keys() }
  const { Session } = new Provider(origin, oidcConfiguration(parts))
  const ids = Array.from({ length: 10_000 }, () => new Session().jti)
  const browser = new Browser()
  await browser.open(`${origin}/auth/logout`)
  for (const id of [...ids, sessionOf(browser) ?? '']) expect(id).toMatch(/^[\w-]{43}$/)
  expect(new Set(ids).size).toBe(10_000)
  const counts = new Map<string, number>()
  for (const id of ids)
    for (const [at, letter] of [...id].entries())
      counts.set(`${at} ${letter}`, (counts.get(`${at} ${letter}`) ?? 0) + 1)
  // Each of 64 letters at each of 43 places: 156 times, give or take seven standard deviations of chance.
  expect(counts.size).toBe(43 * 64)
  expect([...counts.values()].filter((count) => Math.abs(count - 156) > 87)).toEqual([])
})

describe('T-22 SC-07 a session ends', () => {
  async function wait(seconds: number) {
    vi.setSystemTime(Date.now() + seconds * 1000)
    await world.pool.query(`update gateway.short_lived_record set expires_at = expires_at - $1 * interval '1 second'`, [
      seconds,
    ])
  }
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] })
    return () => void vi.useRealTimers()
  })

  test('after seven days without use', async () => {
    const { browser } = await signIn(world, 'contoso')
    await wait(7 * DAY - 60)
    expect((await browser.open(await silently())).url.searchParams.has('code')).toBe(true)
    await wait(7 * DAY + 1)
    expect(await askEverywhere(headerOf(browser))).toEqual(OUT)
  })

  test('after fourteen days, however often it was used', async () => {
    const { browser } = await signIn(world, 'contoso')
    for (const days of [5, 5, 3.9]) {
      await wait(days * DAY)
      expect((await browser.open(await silently())).url.searchParams.has('code')).toBe(true)
      expect(await askEverywhere(headerOf(browser))).toEqual(IN)
    }
    await wait(0.1 * DAY + 1)
    expect(await askEverywhere(headerOf(browser))).toEqual(OUT)
  })
})

test('T-60 SC-08 after sign-out the cookie is refused on every route, and on another replica within a second', async () => {
  const replica = await world.addReplica()
  /** How long the other replica goes on with a session that has ended. */
  async function afterglow(): Promise<number> {
    const { browser } = await signIn(world, 'contoso')
    const cookie = headerOf(browser)
    expect(await askEverywhere(cookie)).toEqual(IN)
    expect(await askEverywhere(cookie, replica)).toEqual(IN)
    const page = await browser.open(`${origin}/auth/logout`)
    // The replica that signs out remembers the session from a moment ago, too.
    expect((await send(`${origin}/auth/verify`, { headers: { cookie } })).status).toBe(200)
    await browser.submit(page, 'Sign out')
    const started = performance.now()
    expect(await askEverywhere(cookie)).toEqual(OUT)
    await expect.poll(() => askEverywhere(cookie, replica), { timeout: 20_000, interval: 20 }).toEqual(OUT)
    return performance.now() - started
  }
  // A second is what it may remember; the rest is the asking, which a busy machine draws out at times.
  const times = [await afterglow(), await afterglow(), await afterglow()]
  expect(Math.min(...times)).toBeLessThan(2_000)
})

test('T-24 SC-17 fifty requests at once with a session about to be renewed all succeed, and renew that one session', async () => {
  await world.pool.query(`delete from gateway.short_lived_record where kind = 'Session'`)
  const { app, browser } = await signIn(world, 'contoso')
  const id = sessionOf(browser)
  await world.pool.query(
    `update gateway.short_lived_record set expires_at = now() + interval '30 seconds' where kind = 'Session'`,
  )
  const logins = await Promise.all(Array.from({ length: 50 }, () => app.begin({ prompt: 'none' })))
  const cookies = [...browser.cookies]
  const answers = await Promise.all(
    logins.map(async ({ url }) => {
      const tab = new Browser()
      tab.cookies = [...cookies]
      return { url: (await tab.open(url)).url, id: sessionOf(tab) }
    }),
  )
  expect(answers.filter(({ url }) => url.searchParams.has('code'))).toHaveLength(50)
  expect(new Set(answers.map((answer) => answer.id))).toEqual(new Set([id]))
  const { rows } = await world.pool.query(
    `select count(*)::int as renewed from gateway.short_lived_record where kind = 'Session' and expires_at > now() + interval '6 days'`,
  )
  expect(rows).toEqual([{ renewed: 1 }])
  expect((await browser.open(`${origin}/auth/sessions`)).text.match(/Signed in/g)).toHaveLength(1)
  expect(await askEverywhere(headerOf(browser))).toEqual(IN)
})

test('T-60 a request of another tab that is in flight during sign-out does not bring the session back', async () => {
  const { browser } = await signIn(world, 'contoso')
  const cookie = headerOf(browser)
  const page = await browser.open(`${origin}/auth/logout`)
  const [arrived, signedOut] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const query = world.pool.query.bind(world.pool) as (...parts: unknown[]) => unknown
  const holdFirstWrite = async (...parts: unknown[]) => {
    if (!String((parts[0] as { name?: string }).name).startsWith('record_write')) return query(...parts)
    world.pool.query = query as never
    arrived.resolve()
    await signedOut.promise
    return query(...parts)
  }
  world.pool.query = holdFirstWrite as never
  const otherTab = send((await silently()).href, { headers: { cookie } })
  await arrived.promise
  await browser.submit(page, 'Sign out')
  signedOut.resolve()
  expect((await otherTab).status).toBe(303)
  expect(await askEverywhere(cookie)).toEqual(OUT)
})
