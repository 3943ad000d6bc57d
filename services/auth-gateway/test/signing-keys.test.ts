import type { SigningKey } from '@jackfield/contract/access/signing-key'
import { testRedisUrl } from '@jackfield/test-environment/redis'
import { Redis } from 'ioredis'
import { decodeProtectedHeader } from 'jose'
import { refreshTokenGrant, tokenIntrospection } from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test as vitest } from 'vitest'
import { rotatePlatformKeys } from '../src/adapters/platform-keys.ts'
import { send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, signIn } from './oidc-client.ts'

const redisUrl = testRedisUrl()
const SECONDS = { timeout: 5_000, interval: 100 }

describe.each(['Postgres', 'Redis'] as const)('signing keys, with records on %s', (store) => {
  const test = vitest.skipIf(store === 'Redis' && inject('redisUrl') === null)
  let world: World
  let redis: Redis | undefined
  let origin: string
  /** Two replicas, each with a memory of its own. */
  let replicas: string[]
  beforeAll(async () => {
    redis = store === 'Redis' && redisUrl ? new Redis(redisUrl) : undefined
    world = await givenGateway({ rateLimitFactor: 0, ...(redis ? { redis, redisPrefix: 'signing-keys' } : {}) })
    givenApp(world, 'web-client')
    origin = world.originOf('contoso')
    replicas = [`http://127.0.0.1:${world.port}`, await world.addReplica()]
    world.registry.keys.set('platform-key', { id: 'api-key:1', scope: 'platform', role: 'admin' })
    world.registry.keys.set('reader-key', { id: 'api-key:2', scope: 'platform', role: 'read' })
  })
  afterAll(async () => {
    await world.close()
    redis?.disconnect()
  })
  beforeEach(async () => {
    await world.sendAudits()
    world.registry.audits.length = 0
    world.roster.people.length = 0
    const { tenant } = givenConnectedTenant(world, 'contoso')
    givenPerson(world, tenant.id)
    world.registry.keys.set('tenant-key', { id: 'api-key:3', scope: tenant.id, role: 'admin' })
  })

  async function call(path: string, { method = 'GET', key = 'platform-key', headers = {} }: Asked = {}) {
    const answer = await send(`${world.originOf('control')}/api/v1/signing-keys${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...headers },
    })
    return { status: answer.status, etag: String(answer.headers.etag), body: JSON.parse(answer.text) }
  }
  type Asked = { method?: string; key?: string; headers?: Record<string, string> }
  const post = (path: string, headers: Record<string, string> = {}) => call(path, { method: 'POST', headers })
  const list = async (use: string, status = 'signing'): Promise<string[]> =>
    (await call('')).body.items
      .filter((key: SigningKey) => key.use === use && key.status === status)
      .map(({ kid }: SigningKey) => kid)
  const signing = async (use: string) => (await list(use))[0] ?? ''
  async function audits(action: string) {
    await world.sendAudits()
    return world.registry.audits.filter((event) => event.action === action)
  }
  const at = (replica: string, path: string, headers: Record<string, string> = {}) =>
    send(`${replica}${path}`, { headers: { host: new URL(origin).host, ...headers } })
  /** Statuses of all replicas. */
  const all = async (path: string, headers?: Record<string, string>) =>
    Promise.all(replicas.map(async (replica) => (await at(replica, path, headers)).status))
  const published = async (): Promise<string[][]> =>
    Promise.all(
      replicas.map(async (replica) =>
        JSON.parse((await at(replica, '/auth/jwks')).text).keys.map(({ kid }: { kid: string }) => kid),
      ),
    )
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

  test('FC-85 are listed without the keys', async () => {
    const { status, body, etag } = await call('')
    expect([status, etag]).toEqual([200, expect.stringMatching(/^"[\w-]{43}"$/)])
    expect(body.items).toHaveLength(3)
    for (const use of ['ES256', 'RS256', 'cookie'])
      expect(body.items).toContainEqual({
        kid: expect.stringMatching(/^[\w-]{16,43}$/),
        use,
        status: 'signing',
        createdAt: expect.any(String),
        signsFrom: null,
        verifiesUntil: null,
      })
  })

  test('FC-85 TE-26 a rotation on demand is orderly: published at once, signing a day later; begun twice it is one', async () => {
    const before = await signing('ES256')
    const { tokens, app, browser } = await signIn(world, 'contoso')
    const { status, body } = await post('/rotate')
    expect([status, body.items.length]).toEqual([200, 6])
    expect((await post('/rotate')).body).toEqual(body)
    await expect
      .poll(() => audits('signing-key.rotate'), SECONDS)
      .toEqual([
        expect.objectContaining({
          tenantId: null,
          actor: 'api-key:1',
          target: 'signing-keys',
          requestId: expect.any(String),
        }),
      ])
    const [next = ''] = await list('ES256', 'next')
    await expect
      .poll(published, SECONDS)
      .toEqual([expect.arrayContaining([before, next]), expect.arrayContaining([before, next])])
    const refreshed = await refreshTokenGrant(app.configuration, tokens.refresh_token ?? '')
    expect(decodeProtectedHeader(refreshed.access_token).kid).toBe(before)

    await rotatePlatformKeys(world.db, world.sealingKeys, new Date(Date.now() + 86_500_000), 0)
    world.forgetKeys()
    expect([await signing('ES256'), await list('ES256', 'retired')]).toEqual([next, [before]])
    const fresh = await givenClient(world, 'contoso')
    const later = await refreshTokenGrant(fresh.configuration, refreshed.refresh_token ?? '')
    expect(decodeProtectedHeader(later.access_token).kid).toBe(next)
    expect((await at(replicas[0] ?? '', '/auth/userinfo', bearer(tokens.access_token))).status).toBe(200)
    expect((await browser.open(`${origin}/auth/verify`)).status).toBe(200)
  })

  test('FC-85 a revoked key of access tokens: refused by every replica within seconds; refreshing goes on by another key', async () => {
    const { tokens, app } = await signIn(world, 'contoso')
    const kid = decodeProtectedHeader(tokens.access_token).kid ?? ''
    expect(kid).toBe(await signing('ES256'))
    expect(await all('/auth/userinfo', bearer(tokens.access_token))).toEqual([200, 200])
    const reach = await call(`/${kid}/reach`)
    expect(reach.body).toMatchObject({ effect: 'tokens-refused', key: { kid }, signsNext: null })
    expect(reach.body.sessions.browser).toBeGreaterThan(0)

    const revoked = await post(`/${kid}/revoke`, { 'if-match': reach.etag })
    expect(revoked.status).toBe(200)
    const next = await signing('ES256')
    expect(next).not.toBe(kid)
    await expect.poll(() => all('/auth/userinfo', bearer(tokens.access_token)), SECONDS).toEqual([401, 401])
    expect((await tokenIntrospection(app.configuration, tokens.access_token)).active).toBe(false)
    for (const kids of await published()) expect([kids.includes(kid), kids.includes(next)]).toEqual([false, true])
    const fresh = await givenClient(world, 'contoso')
    const refreshed = await refreshTokenGrant(fresh.configuration, tokens.refresh_token ?? '')
    expect(decodeProtectedHeader(refreshed.access_token).kid).toBe(next)
    expect(await all('/auth/userinfo', bearer(refreshed.access_token))).toEqual([200, 200])
    await expect
      .poll(() => audits('signing-key.revoke'), SECONDS)
      .toEqual([
        expect.objectContaining({ tenantId: null, actor: 'api-key:1', target: kid, details: { use: 'ES256' } }),
      ])
    expect((await post(`/${kid}/revoke`)).body.code).toBe('signing-key-not-found')
    expect((await call(`/${kid}/reach`)).status).toBe(404)
  })

  test('FC-85 a revoked key of ID tokens: they are no hints any more, and new ones have another', async () => {
    const { tokens, browser, app } = await signIn(world, 'contoso')
    const kid = decodeProtectedHeader(tokens.id_token ?? '').kid ?? ''
    const hinted = async () => {
      const url = new URL(`${origin}/auth/authorize`)
      const { url: asked } = await app.begin({ prompt: 'none', id_token_hint: tokens.id_token ?? '' })
      url.search = asked.search
      return (await browser.open(url)).url.searchParams.get('error')
    }
    expect(await hinted()).toBe(null)
    await post(`/${kid}/revoke`)
    await expect.poll(hinted, SECONDS).toBe('invalid_request')
    expect((await browser.open(`${origin}/auth/verify`)).status).toBe(200)
    const again = await signIn(world, 'contoso')
    expect(decodeProtectedHeader(again.tokens.id_token ?? '').kid).toBe(await signing('RS256'))
  })

  test('FC-85 a revoked key of cookies: browsers sign in again, tokens live on', async () => {
    const { tokens, browser, app } = await signIn(world, 'contoso')
    const cookie = browser.cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
    expect(await all('/auth/verify', { cookie })).toEqual([200, 200])
    const kid = await signing('cookie')
    const { body } = await call(`/${kid}/reach`)
    expect(body).toMatchObject({ effect: 'signed-out', sessions: { device: 0, app: 0 } })
    await post(`/${kid}/revoke`)
    await expect.poll(() => all('/auth/verify', { cookie }), SECONDS).toEqual([401, 401])
    expect((await refreshTokenGrant(app.configuration, tokens.refresh_token ?? '')).access_token).toBeTruthy()
    const again = await signIn(world, 'contoso', { browser })
    expect((await again.browser.open(`${origin}/auth/verify`)).status).toBe(200)
  })

  test('FC-85 a next key that waits signs at once when the present one is revoked', async () => {
    await post('/rotate')
    const [kid, [next]] = [await signing('ES256'), await list('ES256', 'next')]
    expect((await call(`/${kid}/reach`)).body.signsNext).toBe(next)
    await post(`/${kid}/revoke`)
    expect([await signing('ES256'), await list('ES256', 'next')]).toEqual([next, []])
  })

  test('FC-85 T-91 with the tag of an older set nothing is revoked', async () => {
    const { etag } = await call('')
    await post(`/${await signing('RS256')}/revoke`)
    const kid = await signing('ES256')
    const { status, body } = await post(`/${kid}/revoke`, { 'if-match': etag })
    expect([status, body.code]).toEqual([412, 'version-conflict'])
    expect(await signing('ES256')).toBe(kid)
    const answers = await Promise.all([1, 2, 3].map(() => post(`/${kid}/revoke`)))
    expect(answers.map((each) => each.status).sort()).toEqual([200, 404, 404])
  })

  test('FC-85 AD-13 are of the platform’s administrators alone', async () => {
    const kid = await signing('ES256')
    for (const [method, path] of [
      ['GET', ''],
      ['GET', `/${kid}/reach`],
      ['POST', '/rotate'],
      ['POST', `/${kid}/revoke`],
    ] as const) {
      expect((await call(path, { method, key: 'tenant-key' })).status).toBe(403)
      expect((await call(path, { method, key: 'reader-key' })).status).toBe(method === 'GET' ? 200 : 403)
      expect((await call(path, { method, key: 'nobody-key' })).status).toBe(401)
    }
    expect(await signing('ES256')).toBe(kid)
  })
})
