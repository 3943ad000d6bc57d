import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { namespaceOf, type TenantSite } from '../src/domain/site.ts'
import { Browser, send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, oauthErrorOf, signIn } from './oidc-client.ts'
import { askForTokens, givenCode } from './token-requests.ts'

const DAY = 24 * 3600

let world: World
let origin: string
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client', { callbackPaths: ['/callback', '/other'] })
  givenApp(world, 'other')
  givenApp(world, 'desk-phone', { kind: 'device', callbackPaths: [], postLogoutPaths: [] })
  origin = world.originOf('contoso')
})
afterAll(() => world.close())
beforeEach(() => {
  world.time.shift = 0
  world.roster.people.length = 0
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
})

const token = (parameters: Record<string, string>) => askForTokens(world, parameters)
const userinfo = (accessToken: string) =>
  send(`${origin}/auth/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } })

/** Without waiting: what is asked meanwhile is answered as it would be by then. */
async function later<Value>(seconds: number, ask: () => Promise<Value>): Promise<Value> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })
  try {
    return await ask()
  } finally {
    vi.useRealTimers()
  }
}

describe('T-30 T-31 a code', () => {
  test('TE-01 works once; the second use is refused and revokes the first one’s tokens', async () => {
    const parameters = await givenCode(world)
    const first = await token(parameters)
    expect(first.status).toBe(200)
    expect((await userinfo(first.body.access_token)).status).toBe(200)
    expect(await token(parameters)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect((await userinfo(first.body.access_token)).status).toBe(401)
    const refresh = await token({
      grant_type: 'refresh_token',
      client_id: 'web-client',
      refresh_token: first.body.refresh_token,
    })
    expect(refresh).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  test('TE-01 used 20 times at once yields one answer at most, whose tokens are void', async () => {
    for (let round = 0; round < 5; round++) {
      const parameters = await givenCode(world)
      const answers = await Promise.all(Array.from({ length: 20 }, () => token(parameters)))
      const given = answers.filter(({ status }) => status === 200)
      expect(given.length).toBeLessThanOrEqual(1)
      const others = answers.filter(({ status }) => status !== 200).map(({ body }) => body.error)
      expect(new Set(others)).toEqual(new Set(['invalid_grant']))
      for (const { body } of given) {
        expect((await userinfo(body.access_token)).status).toBe(401)
        const refresh = await token({
          grant_type: 'refresh_token',
          client_id: 'web-client',
          refresh_token: body.refresh_token,
        })
        expect(refresh).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
      }
    }
    expect(world.faults).toEqual([])
  })

  test('TE-01 found unused by two requests is exchanged by one of them, and what it holds is void', async () => {
    const parameters = await givenCode(world)
    const { findById } = world.roster
    const both = Promise.withResolvers<void>()
    let asked = 0
    world.roster.findById = async (...key) => {
      if (++asked === 2) both.resolve()
      await both.promise
      return findById(...key)
    }
    const answers = await Promise.all([token(parameters), token(parameters)])
    world.roster.findById = findById
    const [given, refused] = answers.toSorted((one, other) => one.status - other.status)
    expect([given?.status, refused?.status, refused?.body.error]).toEqual([200, 400, 'invalid_grant'])
    expect(refused?.body.access_token).toBeUndefined()
    expect((await userinfo(given?.body.access_token)).status).toBe(401)
    expect(world.faults).toEqual([])
  })

  test.each([
    ['another app', 'other', 'invalid_grant'],
    ['a device', 'desk-phone', 'unauthorized_client'],
  ])('TE-05 T-135 is refused to %s, and stays valid for its own app', async (_whose, clientId, error) => {
    const parameters = await givenCode(world)
    expect(await token({ ...parameters, client_id: clientId })).toMatchObject({ status: 400, body: { error } })
    expect((await token(parameters)).status).toBe(200)
  })

  test.each([
    ['TE-06', 'a wrong verifier', { code_verifier: 'x'.repeat(43) }, 'invalid_grant'],
    ['TE-06', 'no verifier', { code_verifier: '' }, 'invalid_grant'],
    ['TE-06', 'a verifier of 42 characters', { code_verifier: 'x'.repeat(42) }, 'invalid_request'],
    ['TE-06', 'a verifier of 129 characters', { code_verifier: 'x'.repeat(129) }, 'invalid_request'],
    ['TE-08', 'another redirect URI', { redirect_uri: 'http://contoso.phone.localhost/other' }, 'invalid_grant'],
    ['TE-08', 'another redirect URI of the same app', { redirect_uri: 'OTHER' }, 'invalid_grant'],
    ['TE-08', 'no redirect URI', { redirect_uri: '' }, 'invalid_request'],
  ])('%s with %s is refused and burnt', async (_case, _what, change: Record<string, string>, error) => {
    const parameters = await givenCode(world)
    const changed = change.redirect_uri === 'OTHER' ? { redirect_uri: `${origin}/other` } : change
    expect(await token({ ...parameters, ...changed })).toMatchObject({ status: 400, body: { error } })
    expect(await token(parameters)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect((await token(await givenCode(world))).status).toBe(200)
  })

  test('TE-04 lives 60 seconds', async () => {
    const [soon, late] = [await givenCode(world), await givenCode(world)]
    const { rows } = await world.pool.query(
      `select max(extract(epoch from expires_at - now())) as left from gateway.short_lived_record where kind = 'AuthorizationCode' and consumed_at is null`,
    )
    expect(Number(rows[0].left)).toBeLessThanOrEqual(60)
    expect(await later(61, () => token(late))).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect((await later(50, () => token(soon))).status).toBe(200)
  })

  test('TE-07 no code without a challenge; a code without a challenge is refused with a verifier', async () => {
    const app = await givenClient(world, 'contoso')
    const { url } = await app.begin()
    for (const name of ['code_challenge', 'code_challenge_method']) url.searchParams.delete(name)
    const refused = (await new Browser().open(url)).url.searchParams
    expect([refused.get('error'), refused.get('code')]).toEqual(['invalid_request', null])

    const parameters = await givenCode(world)
    const codes = world.records(namespaceOf(world.registry.tenantAt('contoso')?.resolution as TenantSite))
    const { codeChallenge, codeChallengeMethod, ...downgraded } =
      (await codes.find('AuthorizationCode', parameters.code))?.payload ?? {}
    expect([codeChallenge, codeChallengeMethod]).toEqual([expect.any(String), 'S256'])
    await codes.save({ kind: 'AuthorizationCode', id: parameters.code, payload: downgraded, ttl: 60 })
    expect(await token(parameters)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })
})

describe('T-50 refresh tokens', () => {
  test('RT-01 rotate, keep the login’s time and the person’s present extensions, and one used long ago ends the family', async () => {
    const { app, tokens } = await signIn(world, 'contoso')
    const person = world.roster.people[0]
    person?.bindings.push({ phoneSystemId: person.id, phoneSystemName: 'Main', extension: '42' })
    const second = await client.refreshTokenGrant(app.configuration, tokens.refresh_token ?? '')
    expect(second.refresh_token).not.toBe(tokens.refresh_token)
    expect(second.claims()?.extensions).toEqual(['42'])
    expect(tokens.claims()?.auth_time).toBeTypeOf('number')
    expect(second.claims()?.auth_time).toBe(tokens.claims()?.auth_time)
    world.time.shift += 11
    expect(await oauthErrorOf(client.refreshTokenGrant(app.configuration, tokens.refresh_token ?? ''))).toBe(
      'invalid_grant',
    )
    expect(await oauthErrorOf(client.refreshTokenGrant(app.configuration, second.refresh_token ?? ''))).toBe(
      'invalid_grant',
    )
    expect((await userinfo(second.access_token)).status).toBe(401)
  })

  test('RT-04 T-134 whose answer was lost gives the same successor within 10 seconds, and the family stays valid', async () => {
    const { app, tokens } = await signIn(world, 'contoso')
    const refresh = (refreshToken = '') => client.refreshTokenGrant(app.configuration, refreshToken)
    const lost = await refresh(tokens.refresh_token)
    const again = await refresh(tokens.refresh_token)
    expect(again.refresh_token).toBe(lost.refresh_token)
    const third = await refresh(again.refresh_token)
    for (const { access_token: each } of [lost, again, third]) expect((await userinfo(each)).status).toBe(200)
  })

  test('RT-01 T-134 a reuse within the grace gives the same successor, also after that was used; later it ends the family', async () => {
    const { app, tokens } = await signIn(world, 'contoso')
    const refresh = (refreshToken = '') => client.refreshTokenGrant(app.configuration, refreshToken)
    const second = await refresh(tokens.refresh_token)
    const third = await refresh(second.refresh_token)
    expect((await refresh(tokens.refresh_token)).refresh_token).toBe(second.refresh_token)
    world.time.shift += 11
    expect(await oauthErrorOf(refresh(tokens.refresh_token))).toBe('invalid_grant')
    expect(await oauthErrorOf(refresh(third.refresh_token))).toBe('invalid_grant')
    expect((await userinfo(third.access_token)).status).toBe(401)
  })

  test.each([
    ['7 days without an authorization request', [7 * DAY + 1]],
    ['14 days, however often they were used', [5 * DAY, 5 * DAY, 4 * DAY + 1]],
  ])('RT-07 are refused after %s', async (_, pauses) => {
    const { app, browser, tokens } = await signIn(world, 'contoso')
    let refreshToken = tokens.refresh_token ?? ''
    vi.useFakeTimers({ toFake: ['Date'] })
    const wait = async (seconds: number) => {
      vi.setSystemTime(Date.now() + seconds * 1000)
      await world.pool.query(
        `update gateway.short_lived_record set expires_at = expires_at - $1 * interval '1 second'`,
        [seconds],
      )
    }
    try {
      const last = pauses.pop() ?? 0
      for (const pause of pauses) {
        await wait(pause)
        await browser.open((await app.begin({ prompt: 'none' })).url)
        refreshToken = (await client.refreshTokenGrant(app.configuration, refreshToken)).refresh_token ?? ''
      }
      await wait(last)
      expect(await oauthErrorOf(client.refreshTokenGrant(app.configuration, refreshToken))).toBe('invalid_grant')
    } finally {
      vi.useRealTimers()
    }
  })

  test.each([2, 20])(
    'RT-02 %i uses of one at the same moment are all answered by one successor, which lives on',
    async (uses) => {
      const { app, tokens } = await signIn(world, 'contoso')
      let last = tokens.refresh_token ?? ''
      for (let round = 0; round < 5; round++) {
        const use = () => token({ grant_type: 'refresh_token', client_id: 'web-client', refresh_token: last })
        const answers = await Promise.all(Array.from({ length: uses }, use))
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
        expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1)
        last = answers[0]?.body.refresh_token
        expect((await client.tokenIntrospection(app.configuration, last)).active).toBe(true)
      }
    },
  )

  test('RT-05 RT-06 belong to their client and never widen', async () => {
    const { tokens } = await signIn(world, 'contoso')
    const refresh_token = tokens.refresh_token ?? ''
    expect(await token({ grant_type: 'refresh_token', client_id: 'other', refresh_token })).toMatchObject({
      body: { error: 'invalid_grant' },
    })
    const wider = await token({
      grant_type: 'refresh_token',
      client_id: 'web-client',
      refresh_token,
      scope: 'openid admin',
    })
    expect(wider).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
  })

  test.each(['openid offline_access', 'offline_access'])(
    'S79 RT-06 are refreshed by a client that repeats the scope it asked for, offline_access included: %s',
    async (scope) => {
      const { tokens } = await signIn(world, 'contoso')
      const refresh_token = tokens.refresh_token ?? ''
      const renewed = await token({ grant_type: 'refresh_token', client_id: 'web-client', refresh_token, scope })
      expect(renewed).toMatchObject({ status: 200, body: { scope: expect.stringContaining('openid') } })
      expect(renewed.body.scope).not.toContain('offline_access')
    },
  )
})

describe('T-60 sign-out', () => {
  test('SC-08 RT-08 asks first, then ends session and refresh tokens', async () => {
    const { browser, app, tokens } = await signIn(world, 'contoso')
    const page = await browser.open(`${origin}/auth/logout`)
    expect(page.text).toContain('Sign out?')
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    const old = [...browser.cookies]
    const done = await browser.submit(page, 'Sign out')
    expect(done.text).toContain('You are signed out')
    const stale = new Browser()
    stale.cookies = old
    expect((await stale.open((await app.begin({ prompt: 'none' })).url)).url.searchParams.get('error')).toBe(
      'login_required',
    )
    expect(await oauthErrorOf(client.refreshTokenGrant(app.configuration, tokens.refresh_token ?? ''))).toBe(
      'invalid_grant',
    )
    expect((await userinfo(tokens.access_token)).status).toBe(401)
  })
})
