import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { Browser, send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, oauthErrorOf, signIn, signInAt } from './oidc-client.ts'

const DAY = 24 * 3600

let world: World
let origin: string
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
  givenApp(world, 'other')
  origin = world.originOf('contoso')
})
afterAll(() => world.close())
beforeEach(() => {
  world.time.shift = 0
  world.roster.people.length = 0
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
})

async function token(parameters: Record<string, string>, headers: Record<string, string> = {}) {
  const answer = await send(`${origin}/auth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(parameters).toString(),
  })
  return { status: answer.status, body: JSON.parse(answer.text) }
}

const userinfo = (accessToken: string) => send(`${origin}/auth/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } })

async function givenCode() {
  const app = await givenClient(world, 'contoso')
  const login = await app.begin()
  const { url } = await signInAt(new Browser(), login.url)
  const parameters = {
    grant_type: 'authorization_code',
    client_id: 'web-client',
    code: url.searchParams.get('code') ?? '',
    code_verifier: login.verifier,
    redirect_uri: app.redirectUri,
  }
  return { app, login, parameters }
}

describe('T-30 T-31 a code', () => {
  test('TE-01 works once; the second use is refused and ends what the first one got', async () => {
    const { parameters } = await givenCode()
    const first = await token(parameters)
    expect(first.status).toBe(200)
    expect((await userinfo(first.body.access_token)).status).toBe(200)
    expect(await token(parameters)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect((await userinfo(first.body.access_token)).status).toBe(401)
    const refresh = await token({ grant_type: 'refresh_token', client_id: 'web-client', refresh_token: first.body.refresh_token })
    expect(refresh).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  test('TE-01 used 20 times at once yields one answer at most', async () => {
    const { parameters } = await givenCode()
    const answers = await Promise.all(Array.from({ length: 20 }, () => token(parameters)))
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1)
    expect(answers.filter(({ status }) => status !== 200).every(({ body }) => body.error === 'invalid_grant')).toBe(true)
  })

  test('TE-05 is worth nothing to another client', async () => {
    const { parameters } = await givenCode()
    expect(await token({ ...parameters, client_id: 'other' })).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  test.each([
    ['a wrong verifier', { code_verifier: 'x'.repeat(43) }, ['invalid_grant']],
    ['no verifier', { code_verifier: '' }, ['invalid_grant', 'invalid_request']],
    ['a verifier of 42 characters', { code_verifier: 'x'.repeat(42) }, ['invalid_grant', 'invalid_request']],
    ['a verifier of 129 characters', { code_verifier: 'x'.repeat(129) }, ['invalid_grant', 'invalid_request']],
    ['another redirect URI', { redirect_uri: 'http://contoso.phone.localhost/other' }, ['invalid_grant']],
    ['no redirect URI', { redirect_uri: '' }, ['invalid_grant', 'invalid_request']],
  ])('TE-06 TE-08 with %s is refused and burnt', async (_what, change, errors) => {
    const { parameters } = await givenCode()
    const refused = await token({ ...parameters, ...change })
    expect(refused.status).toBe(400)
    expect(errors).toContain(refused.body.error)
    expect((await token(parameters)).body.error).toBe('invalid_grant')
  })

  test('TE-04 lives 60 seconds', async () => {
    await givenCode()
    const { rows } = await world.pool.query(
      `select max(extract(epoch from expires_at - now())) as left from gateway.artefact where kind = 'AuthorizationCode' and consumed_at is null`,
    )
    expect(Number(rows[0].left)).toBeLessThanOrEqual(60)
  })

  test('TE-07 a verifier for a request without challenge can’t happen: such a request gets no code', async () => {
    const app = await givenClient(world, 'contoso')
    const { url } = await app.begin()
    url.searchParams.delete('code_challenge')
    const page = await new Browser().open(url)
    expect(page.url.searchParams.get('code')).toBeNull()
  })
})

describe('T-32 the token endpoint', () => {
  test('TE-14 takes POST forms only', async () => {
    const { parameters } = await givenCode()
    expect((await send(`${origin}/auth/token?${new URLSearchParams(parameters)}`)).status).toBeGreaterThanOrEqual(400)
    const body = JSON.stringify(parameters)
    const json = await send(`${origin}/auth/token`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    expect(json.status).toBeGreaterThanOrEqual(400)
    expect(json.text).not.toContain('access_token')
  })
  test('an unknown client is invalid_client', async () => {
    const { parameters } = await givenCode()
    expect(await token({ ...parameters, client_id: 'nobody' })).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  })
})

describe('T-33 userinfo', () => {
  test('TE-16 TE-17 answers 401 to no token, garbage, an ID token, and a token of another tenant', async () => {
    const other = givenConnectedTenant(world, 'fabrikam')
    givenPerson(world, other.tenant.id)
    const foreign = (await signIn(world, 'fabrikam')).tokens.access_token
    const own = (await signIn(world, 'contoso')).tokens
    const bare = await send(`${origin}/auth/userinfo`)
    expect([bare.status, String(bare.headers['www-authenticate'])]).toEqual([401, expect.stringContaining('Bearer')])
    for (const bad of ['garbage', own.id_token ?? '', foreign]) {
      const answer = await userinfo(bad)
      expect(answer.status).toBe(401)
      expect(String(answer.headers['www-authenticate'])).toContain('error="invalid_token"')
    }
    expect((await userinfo(own.access_token)).status).toBe(200)
  })

  test('TE-21 refuses tokens with an edited header, or signed by somebody else', async () => {
    const { access_token: good } = (await signIn(world, 'contoso')).tokens
    const [, payload = '', signature = ''] = good.split('.')
    const header = decodeProtectedHeader(good)
    for (const change of [{ alg: 'none' }, { alg: 'HS256' }, { kid: 'foreign' }, { typ: 'JWT' }]) {
      const edited = Buffer.from(JSON.stringify({ ...header, ...change })).toString('base64url')
      expect((await userinfo(`${edited}.${payload}.${signature}`)).status).toBe(401)
      expect((await userinfo(`${edited}.${payload}.`)).status).toBe(401)
    }
    const { keys } = JSON.parse((await send(`${origin}/auth/jwks`)).text)
    const forged = await new SignJWT(decodeJwt(good))
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
      .sign(Buffer.from(JSON.stringify(keys[0])))
    expect((await userinfo(forged)).status).toBe(401)
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
    expect(await oauthErrorOf(client.refreshTokenGrant(app.configuration, tokens.refresh_token ?? ''))).toBe('invalid_grant')
    expect(await oauthErrorOf(client.refreshTokenGrant(app.configuration, second.refresh_token ?? ''))).toBe('invalid_grant')
    expect((await userinfo(second.access_token)).status).toBe(401)
  })

  test('RT-04 whose answer got lost works once more within 10 seconds; what the lost answer held is void', async () => {
    const { app, tokens } = await signIn(world, 'contoso')
    const refresh = (refreshToken = '') => client.refreshTokenGrant(app.configuration, refreshToken)
    const lost = await refresh(tokens.refresh_token)
    const second = await refresh(tokens.refresh_token)
    expect((await userinfo(second.access_token)).status).toBe(200)
    const third = await refresh(second.refresh_token)
    expect((await userinfo(third.access_token)).status).toBe(200)
    expect(await oauthErrorOf(refresh(lost.refresh_token))).toBe('invalid_grant')
    expect(await oauthErrorOf(refresh(third.refresh_token))).toBe('invalid_grant')
  })

  test('RT-01 one used again after its successor was used is a replay, however soon, and ends the family', async () => {
    const { app, tokens } = await signIn(world, 'contoso')
    const refresh = (refreshToken = '') => client.refreshTokenGrant(app.configuration, refreshToken)
    const second = await refresh(tokens.refresh_token)
    const third = await refresh(second.refresh_token)
    expect(await oauthErrorOf(refresh(tokens.refresh_token))).toBe('invalid_grant')
    expect(await oauthErrorOf(refresh(third.refresh_token))).toBe('invalid_grant')
    expect((await userinfo(third.access_token)).status).toBe(401)
  })

  test.each([
    ['7 days without an authorization request', [7 * DAY + 1]],
    ['14 days, however often they were used', [5 * DAY, 5 * DAY, 4 * DAY + 1]],
  ])('RT-07 are worth nothing after %s', async (_, pauses) => {
    const { app, browser, tokens } = await signIn(world, 'contoso')
    let refreshToken = tokens.refresh_token ?? ''
    vi.useFakeTimers({ toFake: ['Date'] })
    const wait = async (seconds: number) => {
      vi.setSystemTime(Date.now() + seconds * 1000)
      await world.pool.query(`update gateway.artefact set expires_at = expires_at - $1 * interval '1 second'`, [seconds])
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

  test('RT-02 20 uses of one at once never leave two live branches', async () => {
    const { app, tokens } = await signIn(world, 'contoso')
    const settled = await Promise.allSettled(
      Array.from({ length: 20 }, () => client.refreshTokenGrant(app.configuration, tokens.refresh_token ?? '')),
    )
    const alive: string[] = []
    for (const each of settled) {
      if (each.status === 'rejected' || !each.value.refresh_token) continue
      const next = await oauthErrorOf(client.refreshTokenGrant(app.configuration, each.value.refresh_token))
      if (next === 'undefined') alive.push(each.value.refresh_token)
    }
    expect(alive.length).toBeLessThanOrEqual(1)
  })

  test('RT-05 RT-06 belong to their client and never widen', async () => {
    const { tokens } = await signIn(world, 'contoso')
    const refresh_token = tokens.refresh_token ?? ''
    expect(await token({ grant_type: 'refresh_token', client_id: 'other', refresh_token })).toMatchObject({
      body: { error: 'invalid_grant' },
    })
    const wider = await token({ grant_type: 'refresh_token', client_id: 'web-client', refresh_token, scope: 'openid admin' })
    expect(wider).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
  })
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
    expect((await stale.open((await app.begin({ prompt: 'none' })).url)).url.searchParams.get('error')).toBe('login_required')
    expect(await oauthErrorOf(client.refreshTokenGrant(app.configuration, tokens.refresh_token ?? ''))).toBe('invalid_grant')
    expect((await userinfo(tokens.access_token)).status).toBe(401)
  })
})
